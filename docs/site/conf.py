"""The docs as a site, by Sphinx: `make site`."""

import re
from typing import Any

project = "Customer health"
extensions = ["myst_parser"]  # reads Markdown as GitHub does
root_doc = "README"
include_patterns = ["*.md", "docs/**.md", "benchmarks/*.md", "experiments/*.md"]
exclude_patterns = [".*", "data", "logs", "target", "warehouse"]
myst_heading_anchors = 4
# Decisions and results are reached from pages that name them; Pygments knows no CSV.
suppress_warnings = ["toc.not_included", "misc.highlighting_failure"]

templates_path = ["."]
html_theme = "furo"
html_title = project
html_copy_source = False
html_show_search_summary = False  # it loads each page found, which a browser forbids in a folder
smartquotes = False
html_sidebars = {
    "**": [
        "sidebar/brand.html",
        "sidebar/search.html",
        "sidebar/scroll-start.html",
        "sidebar/navigation.html",
        "models_and_demo.html",
        "sidebar/scroll-end.html",
    ]
}

# In docs/README.md a group is a line such as "**Learn** (tutorial)"; its pages are the links below.
GROUP_OR_PAGE = re.compile(r"^\*\*(?P<group>\w+)\*\*|\]\((?P<page>[\w/-]+)\.md\)", re.M)


def add_navigation(app: Any, name: str, text: list[str]) -> None:
    """Make the navigation of the list in docs/README.md, so that there is one list."""
    if name != root_doc:
        return
    groups: dict[str, list[str]] = {"Documentation": ["docs/README"]}
    for found in GROUP_OR_PAGE.finditer((app.srcdir / "docs/README.md").read_text("utf-8")):
        if found["group"]:
            group = found["group"]
            groups[group] = []
        else:
            groups[group].append(f"docs/{found['page']}")
    groups["Contribute"] = ["CONTRIBUTING", "CHANGELOG"]
    for group, pages in groups.items():
        lines = [f":caption: {group}", ":hidden:", "", *pages]
        text[0] += "\n```{toctree}\n" + "\n".join(lines) + "\n```\n"


def setup(app: Any) -> None:
    """Register what is done here; Sphinx calls it."""
    app.connect("source-read", add_navigation)
