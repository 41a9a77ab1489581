"""Reads pages back, for tests: the words of a page, its tables, its links."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

VOID = {"br", "hr", "img", "input", "link", "meta"}
UNSEEN = {"script", "style", "title"}


@dataclass
class Read(HTMLParser):
    """A page: `tables` by id, each a list of rows of cells' words; `links`; `words` in order."""

    tables: dict[str, list[list[str]]] = field(default_factory=dict)
    links: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begin at the top of a page."""
        super().__init__()
        self._table: str | None = None
        self._in_cell = False
        self._unseen = 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Note where an element begins."""
        given = dict(attributes)
        self.links += [value for name in ("href", "src") if (value := given.get(name))]
        if tag in UNSEEN:
            self._unseen += 1
        elif tag == "table":
            self._table = given.get("id")
            if self._table:
                self.tables[self._table] = []
        elif tag == "tr" and self._table:
            self.tables[self._table].append([])
        elif tag in ("td", "th") and self._table:
            self.tables[self._table][-1].append("")
            self._in_cell = True

    def handle_endtag(self, tag: str) -> None:
        """Note where an element ends."""
        if tag in UNSEEN:
            self._unseen -= 1
        elif tag == "table":
            self._table = None
        elif tag in ("td", "th"):
            self._in_cell = False

    def handle_data(self, data: str) -> None:
        """Take what a reader sees."""
        if self._unseen or not data.strip():
            return
        self.words.append(data.strip())
        if self._table and self._in_cell:
            row = self.tables[self._table][-1]
            row[-1] = f"{row[-1]} {data.strip()}".strip()

    @property
    def text(self) -> str:
        """All that a reader sees, with single blanks."""
        return " ".join(" ".join(self.words).split())


def read(page: Path) -> Read:
    """Read a page."""
    found = Read()
    found.feed(page.read_text(encoding="utf-8"))
    return found
