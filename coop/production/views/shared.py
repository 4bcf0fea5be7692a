"""What the pages of the growing read from a form, and who opens them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from coop.kernel.actor import Role
from coop.kernel.errors import Fault, InputError
from coop.production.queries.records import FIELD_TEXTS
from coop.production.service import FieldEntry, FieldKind
from coop.standards.controls import InputItem
from coop.web.errors import in_english
from coop.web.forms import Form

STAFF: Final = (Role.manager, Role.clerk, Role.supervisor)
MONEY: Final = (*STAFF, Role.accountant, Role.checker)

Options = list[tuple[str, str]]


def kind_options() -> Options:
    """The kinds of a field log's entry, in the reader's language."""
    return [(kind.value, en if in_english() else zh) for kind, (zh, en) in FIELD_TEXTS.items()]


def input_options(items: Iterable[InputItem]) -> Options:
    """The inputs there are; a banned one says so, for its use must be written down too."""
    english = in_english()
    marks = {True: " (banned)" if english else "（禁用）", False: ""}
    return [(item.code, (item.name_en if english else item.name) + marks[item.banned]) for item in items]


def field_entries(form: Form, allocation_ids: Sequence[int]) -> list[FieldEntry]:
    """The same line for each of these shares."""
    kind, day = form.choice("kind", FieldKind), form.day("day")
    text, code = form.text("text", required=False), form.text("input", required=False)
    if not allocation_ids:
        form.fault("allocation", "至少选一户", "choose one household at least")
    form.done()
    return [FieldEntry(key, kind, day, text, code) for key in allocation_ids]


def at_fields(error: InputError) -> InputError:
    """Faults of entries that came from one form, each told once at the field it was typed into."""
    names = {"allocation_id": "allocation", "input_code": "input"}
    found: dict[tuple[str, str], Fault] = {}
    for fault in error.faults:
        last = fault.place.rpartition("/")[2]
        place = names.get(last, last)
        found.setdefault((place, fault.zh), Fault(place, fault.zh, fault.en))
    return InputError(list(found.values()))


def number(text: str) -> int:
    """A key from a hidden field; nonsense is a key that nothing has."""
    return int(text) if text.isdecimal() and len(text) < 19 else 0
