"""What the clerk typed, as tickets; and the faults of tickets, told at the fields they were typed into."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from coop.kernel.errors import Fault
from coop.procurement.queries.weighing import SheetForm, WeighPage
from coop.procurement.rules import WeighEntry, WeighLine, sheet_digest
from coop.standards.views import percent
from coop.web.forms import Form

FIELDS = ("gross", "tare", "moisture", "impurity")


def slip_entry(form: Form, page: WeighPage, key: str) -> WeighEntry:
    """The ticket of the clerk's phone. Raises InputError with the faults by field."""
    grades = [grade.grade for grade in page.grades]
    entry = WeighEntry(
        client_key=key,
        allocation_id=page.share.allocation_id,
        scale=form.one_of("scale", [code for code, _name in page.scales]),
        day=form.day("day"),
        gross_g=form.kg("gross"),
        tare_g=form.kg("tare"),
        moisture_bp=0 if page.by_head else percent(form, "moisture"),
        impurity_bp=0 if page.by_head else percent(form, "impurity"),
        lines=tuple(
            WeighLine(grade, form.integer(f"net_{grade}") if page.by_head else form.kg(f"net_{grade}"))
            for grade in grades
            if form.text(f"net_{grade}", required=False)
        ),
    )
    if not entry.lines:
        what, what_en = ("只数", "heads") if page.by_head else ("净重", "net weight")
        form.fault("gross", f"至少填一个等级的{what}", f"fill in the {what_en} of one grade at least")
    form.done()
    return entry


def in_form(fault: Fault, entry: WeighEntry) -> Fault:
    """A fault of the ticket's figures, told at the field it was typed into."""
    name, *rest = fault.place.strip("/").split("/")
    if name == "lines" and rest and rest[0].isdecimal():
        place = f"net_{entry.lines[int(rest[0])].grade}"
    else:
        place = {"tare_g": "tare", "lines": "gross"}.get(name, name)
    return Fault(place, fault.zh, fault.en)


def sheet_entries(form: Form, page: SheetForm) -> list[WeighEntry]:
    """The rows of a sheet that hold anything. Raises InputError with the faults of all rows by field.

    The tickets' keys come from what the sheet says, so that the same sheet keyed in again is the same sheet.
    """
    scale, day = form.one_of("scale", [code for code, _name in page.scales]), form.day("day")
    grades = [] if page.product is None else [grade.code for grade in page.product.grades]
    drafts = []
    for row in page.rows:
        key = row.share.allocation_id
        names = [f"{name}_{key}" for name in FIELDS] + [f"net_{grade}_{key}" for grade in grades]
        if not any(form.text(name, required=False) for name in names):
            continue
        lines = tuple(
            WeighLine(grade, form.integer(name) if page.by_head else form.kg(name))
            for grade in grades
            if form.text(name := f"net_{grade}_{key}", required=False)
        )
        if not lines:
            what, what_en = ("只数", "heads") if page.by_head else ("净重", "net weight")
            form.fault(
                f"row_{key}", f"至少填一个等级的{what}", f"fill in the {what_en} of one grade at least"
            )
        drafts.append(
            WeighEntry(
                client_key="",
                allocation_id=key,
                scale=scale,
                day=day,
                gross_g=form.kg(f"gross_{key}"),
                tare_g=form.kg(f"tare_{key}"),
                moisture_bp=0 if page.by_head else percent(form, f"moisture_{key}"),
                impurity_bp=0 if page.by_head else percent(form, f"impurity_{key}", required=False),
                lines=lines,
            )
        )
    if not drafts:
        form.fault("sheet", "至少填一户", "fill in one household at least")
    form.done()
    content = sheet_digest(drafts)
    return [replace(draft, client_key=f"sheet:{content}:{draft.allocation_id}") for draft in drafts]


def at_row(fault: Fault, entries: Sequence[WeighEntry]) -> Fault:
    """A fault of a sheet ("/entries/3/lines/0/grade"), told at its row's field."""
    _empty, _entries, *rest = fault.place.split("/")
    if not rest:
        return Fault("sheet", fault.zh, fault.en)
    entry, names = entries[int(rest[0])], rest[1:]
    if names[:1] == ["lines"] and len(names) > 1:
        place = f"net_{entry.lines[int(names[1])].grade}"
    else:
        place = {"tare_g": "tare", "lines": "gross"}.get(names[0] if names else "", "row")
    return Fault(f"{place}_{entry.allocation_id}", fault.zh, fault.en)
