"""A walk over the XML of a workbook for what the cell parser does not tell.

Which cells are used at all (a far stray cell would make the parser allocate gigabytes), which hold an error
or a formula without its result, which are shown as percent, what is merged, where days count from.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from xml.parsers import expat

from integrations.excel.archive import refuse
from integrations.excel.limits import MAX_MERGES, MAX_ROWS
from ledger.errors import InputFaultsError

CellAt = tuple[int, int]
"""Row and column, both counted from 0."""

REFERENCE = re.compile(r"^([A-Z]{1,3})([1-9][0-9]{0,6})$")
PERCENT_FORMATS = frozenset({"9", "10"})


@dataclass(slots=True)
class SheetFacts:
    """What the walk over one sheet found."""

    name: str
    visible: bool
    last_row: int = -1
    last_column: int = -1
    errors: set[CellAt] = field(default_factory=set)
    uncalculated: set[CellAt] = field(default_factory=set)
    percents: set[CellAt] = field(default_factory=set)
    merges: list[tuple[CellAt, CellAt]] = field(default_factory=list)


@dataclass(slots=True)
class BookFacts:
    """The sheets in the order of the file, and the day numbers count from."""

    from_1904: bool
    sheets: tuple[SheetFacts, ...]


def survey(parts: dict[str, bytes]) -> BookFacts:
    """Walk the whole workbook; refuses XML that is broken or declares a document type."""
    listed, from_1904 = _sheet_list(parts["xl/workbook.xml"])
    targets = _targets(parts.get("xl/_rels/workbook.xml.rels", b""))
    percent_styles = _percent_styles(parts.get("xl/styles.xml", b""))
    found = []
    for name, relation, visible in listed:
        facts = SheetFacts(name, visible)
        target = targets.get(relation, "")
        path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if path.lower() in parts:
            _Walk(facts, percent_styles).over(parts[path.lower()])
        found.append(facts)
    return BookFacts(from_1904, tuple(found))


def cell_at(reference: str) -> CellAt | None:
    """`C5` as (4, 2); None for what is no cell.

    >>> cell_at("C5"), cell_at("XFD1048576"), cell_at("5C")
    ((4, 2), (1048575, 16383), None)
    """
    match = REFERENCE.match(reference)
    if match is None:
        return None
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(match[2]) - 1, column - 1


def parse(
    xml: bytes,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Walk one XML part; names come without their namespace prefix. A document type is refused unread."""
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def on_doctype(*_: object) -> None:
        raise refuse(
            "文件含有不允许的文档类型声明", "the file declares a document type, which is not allowed"
        )

    parser.StartDoctypeDeclHandler = on_doctype
    parser.StartElementHandler = lambda name, attributes: start(name.rpartition(":")[2], attributes)
    if end is not None:
        finish = end
        parser.EndElementHandler = lambda name: finish(name.rpartition(":")[2])
    if text is not None:
        parser.CharacterDataHandler = text
    try:
        parser.Parse(xml, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise damaged() from error


def damaged() -> InputFaultsError:
    """The fault of a workbook whose inside is no proper XML."""
    return refuse(
        "文件已损坏，请用 Excel 打开后另存为 .xlsx",
        "the file is damaged; open it in Excel and save it as .xlsx",
    )


class _TooFarError(Exception):
    """A filled row beyond any limit: the sheet will be refused, the rest need not be walked."""


class _Walk:
    """One pass over a sheet's XML, cell by cell."""

    def __init__(self, facts: SheetFacts, percent_styles: frozenset[str]) -> None:
        self.facts = facts
        self.percent_styles = percent_styles
        self.row = -1
        self.column = -1
        self.kind = ""
        self.style = ""
        self.formula = self.filled = self.typed = self.inside = False

    def over(self, xml: bytes) -> None:
        with suppress(_TooFarError):
            parse(xml, self.start, self.end, self.text)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            at = cell_at(attributes["r"]) if "r" in attributes else (self.row, self.column + 1)
            if at is None:
                raise damaged()
            self.row, self.column = at
            self.kind = attributes.get("t", "n")
            self.style = attributes.get("s", "")
            self.formula = self.filled = self.typed = False
        elif name in {"v", "is"}:
            self.filled = self.inside = True
        elif name == "f":
            self.formula = True
        elif name == "row":
            number = attributes.get("r", "")
            self.row = int(number) - 1 if number.isascii() and number.isdigit() else self.row + 1
            self.column = -1
        elif name == "mergeCell":
            first, _, last = attributes.get("ref", "").partition(":")
            corners = cell_at(first), cell_at(last or first)
            if len(self.facts.merges) >= MAX_MERGES:
                raise refuse(
                    f"合并单元格过多：最多 {MAX_MERGES} 处，请取消合并",
                    f"too many merged ranges: expected at most {MAX_MERGES}; unmerge them",
                )
            if corners[0] is not None and corners[1] is not None:
                self.facts.merges.append((corners[0], corners[1]))

    def text(self, _: str) -> None:
        if self.inside:
            self.typed = True

    def end(self, name: str) -> None:
        if name in {"v", "is"}:
            self.inside = False
        elif name == "c" and (self.filled or self.formula):
            at = self.row, self.column
            self.facts.last_row = max(self.facts.last_row, self.row)
            self.facts.last_column = max(self.facts.last_column, self.column)
            if self.kind == "e":
                self.facts.errors.add(at)
            elif self.formula and not self.typed and self.kind != "str":
                self.facts.uncalculated.add(at)
            if self.style in self.percent_styles:
                self.facts.percents.add(at)
            if self.row > MAX_ROWS:
                raise _TooFarError


def _sheet_list(xml: bytes) -> tuple[list[tuple[str, str, bool]], bool]:
    """Name, relation and visibility of each sheet, and whether days count from 1904."""
    sheets: list[tuple[str, str, bool]] = []
    epoch: list[bool] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            relation = next(
                (value for key, value in attributes.items() if key.rpartition(":")[2] == "id"), ""
            )
            sheets.append(
                (attributes.get("name", ""), relation, attributes.get("state", "") in {"", "visible"})
            )
        elif name == "workbookPr":
            epoch.append(attributes.get("date1904", "") in {"1", "true", "on"})

    parse(xml, start)
    return sheets, any(epoch)


def _targets(xml: bytes) -> dict[str, str]:
    """Where each relation of the workbook points to."""
    targets: dict[str, str] = {}

    def start(name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship":
            targets[attributes.get("Id", "")] = attributes.get("Target", "").replace("\\", "/")

    if xml:
        parse(xml, start)
    return targets


def _percent_styles(xml: bytes) -> frozenset[str]:
    """Cell styles whose number format shows percent: such a cell holding 0.125 means 12.5 %."""
    formats = set(PERCENT_FORMATS)
    styles: list[str] = []
    inside = [False]

    def start(name: str, attributes: dict[str, str]) -> None:
        if name == "numFmt" and "%" in re.sub(r'"[^"]*"|\\.', "", attributes.get("formatCode", "")):
            formats.add(attributes.get("numFmtId", ""))
        elif name == "cellXfs":
            inside[0] = True
        elif name == "xf" and inside[0]:
            styles.append(attributes.get("numFmtId", ""))

    def end(name: str) -> None:
        if name == "cellXfs":
            inside[0] = False

    if xml:
        parse(xml, start, end)
    return frozenset(str(index) for index, number in enumerate(styles) if number in formats)
