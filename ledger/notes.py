"""The headings of the notes to the statements (附注) as data: what each says, and which figures stand under it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from ledger.layout import Cell, FormLayout
from ledger.toml_table import Table


class Fact(StrEnum):
    """What a note tells besides figures of the statements; the books and registers know it."""

    entity = "entity"
    households = "households"
    vouchers = "vouchers"
    pending_loss = "pending_loss"
    points = "points"
    seal = "seal"


@dataclass(frozen=True, slots=True)
class NoteLayout:
    """A heading with its text, the figures of the statements and the facts below it; empty where a person writes."""

    title: str
    title_en: str
    text: str
    text_en: str
    figures: tuple[Cell, ...]
    facts: tuple[Fact, ...]


def read_note(table: Table, forms: Collection[FormLayout]) -> NoteLayout:
    """Reads one `[[notes]]` table; `figures` are addresses `form.row.column`, `facts` names, with strokes between."""
    cells = {f"{f.form}.{r.row}.{c.id}" for f in forms for r in f.rows if r.terms for c in f.columns}
    figures: list[Cell] = []
    for address in _split(table.text("figures", "")):
        if address not in cells:
            table.fault("figures", f"没有数字 {address}", f"there is no figure {address}")
            continue
        form, row, column = address.split(".")
        figures.append(Cell(form, row, column))
    facts: list[Fact] = []
    for name in _split(table.text("facts", "")):
        if name not in Fact.__members__:
            table.fault("facts", f"没有事实 {name}", f"there is no fact {name}")
            continue
        facts.append(Fact(name))
    note = NoteLayout(
        table.text("title"), table.text("title_en"), table.text("text"), table.text("text_en"),
        tuple(figures), tuple(facts),
    )  # fmt: skip
    table.done()
    return note


def _split(text: str) -> list[str]:
    return [word.strip() for word in text.split("|") if word.strip()]
