"""Runs sqlfluff, whose own command line it takes, in less time.

A file that was clean stays clean while nothing changes that bears on it, and is not linted again:
target/lint/clean holds a file for each.
"""

import functools
import gc
import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

import sqlfluff
from sqlfluff.cli.commands import cli
from sqlfluff.core.linter import LintedFile, Linter, RenderedFile
from sqlfluff.core.linter.runner import BaseRunner
from sqlfluff.core.parser import RawSegment
from sqlfluff.utils.reflow.depthmap import DepthMap

CLEAN = Path("target/lint/clean")
_render, _lint = BaseRunner.iter_rendered, Linter.lint_rendered


def _mark(rendered: RenderedFile) -> Path:
    """The file that is there if this one was clean: its name tells all that bears on it."""
    told = [sqlfluff.__version__, Path(".sqlfluff").read_text(encoding="utf-8"), sys.argv[1:]]
    told += [rendered.fname, rendered.source_str]
    for variant in rendered.templated_variants:
        told += [variant.templated_str, variant.sliced_file, variant.raw_sliced]
    return CLEAN / hashlib.sha256(repr(told).encode()).hexdigest()


def _render_changed(self: BaseRunner, fnames: list[str]) -> Iterator[tuple[str, RenderedFile]]:
    for fname, rendered in _render(self, fnames):
        if rendered.templater_violations or not _mark(rendered).exists():
            yield fname, rendered


def _lint_and_mark(rendered: RenderedFile, *more, **named) -> LintedFile:
    linted = _lint(rendered, *more, **named)
    if not linted.get_violations(filter_warning=False):
        CLEAN.mkdir(parents=True, exist_ok=True)
        _mark(rendered).touch()
    # the tree would be sent from process to process, and only `fix` reads it
    return linted if "fix" in sys.argv else linted._replace(tree=None)


def _is_type(self: RawSegment, *types: str) -> bool:
    """Tell what sqlfluff tells, without making a set at each of a million calls."""
    return any(kind in types for kind in self.instance_types) or self.class_is_type(*types)


# sqlfluff's own processes import this file too.
# The collector walks sqlfluff's trees again and again, which takes a third of its time.
gc.set_threshold(100_000, 50, 1_000)
BaseRunner.iter_rendered, Linter.lint_rendered = _render_changed, staticmethod(_lint_and_mark)
RawSegment.is_type = _is_type
if "fix" not in sys.argv:
    # while nothing is changed, all rules ask for the same map
    from_parent = functools.lru_cache(maxsize=1)(DepthMap.from_parent)
    DepthMap.from_parent = staticmethod(from_parent)

if __name__ == "__main__":
    cli()
