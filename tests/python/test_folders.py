"""The folders of models form no loop, and read only what docs/folders.md allows."""

import json
import re
from graphlib import TopologicalSorter
from pathlib import PurePosixPath

import pytest
from project import PROJECT, parsed
from vendors import all_vendors

SOURCES = {"product", "crm", "support", "survey", "billing", "signals"}


@pytest.fixture(scope="module")
def arrows() -> set[tuple[str, str]]:
    """Pairs (folder, folder that it reads) of dbt's graph, as paths."""
    nodes = json.loads((parsed(vendors=all_vendors()) / "manifest.json").read_text())["nodes"]
    folders = {
        name: str(PurePosixPath(node["original_file_path"]).parent)
        for name, node in nodes.items()
        if node["resource_type"] in ("model", "snapshot", "seed")
    }
    return {
        (folder, folders[read])
        for name, folder in folders.items()
        for read in nodes[name].get("depends_on", {}).get("nodes", [])
        if read in folders and folders[read] != folder
    }


def rule_of(folder: str) -> str:
    """The folder's name in docs/folders.md."""
    name = folder.removeprefix("models/").removesuffix("/base")
    name = re.sub(r"^staging/vendors/\w+$", "staging/vendors/<vendor>", name)
    name = re.sub(rf"^staging/({'|'.join(SOURCES)})$", "staging/<source>", name)
    return re.sub(r"^intermediate/metrics/\w+$", "intermediate/metrics/<dimension>", name)


def allowed() -> dict[str, list[str]]:
    """Folder and what it may read, in the order of the table of docs/folders.md."""
    table = re.findall(
        r"^\| `(\S+)` \|[^|]*\|([^|]*)\|$", (PROJECT / "docs/folders.md").read_text(), re.M
    )
    return {folder: re.findall(r"`(\S+)`", reads) for folder, reads in table}


def test_the_folders_form_no_loop(arrows):
    graph = TopologicalSorter()
    for folder, read in arrows:
        graph.add(folder, read)
    assert list(graph.static_order())  # raises CycleError


def test_each_folder_reads_what_the_table_allows_and_nothing_else(arrows):
    table = allowed()
    used = {
        (rule_of(folder), rule_of(read)) for folder, read in arrows if not read.startswith("seeds/")
    }
    used = {(folder, read) for folder, read in used if folder != read or "<dimension>" in folder}
    assert used == {(folder, read) for folder, reads in table.items() for read in reads}


def test_the_table_names_no_folder_before_those_it_reads():
    order = list(allowed())
    for folder, reads in allowed().items():
        for read in reads:
            assert order.index(read) <= order.index(folder), (folder, read)


def test_every_folder_of_models_is_in_the_table():
    models = {
        rule_of(str(path.parent.relative_to(PROJECT)))
        for suffix in ("sql", "py")
        for path in (PROJECT / "models").rglob(f"*.{suffix}")
    }
    assert models | {"snapshots", "snapshots/accounts"} == set(allowed())
