"""Paying the households: batches over what is owed for produce, behind the committee's stamps."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from coop.books import service as books
from coop.books.models import PayableKind, PayBatchRow
from coop.books.queries import batch_vouchers, open_payables
from coop.governance import service as governance
from coop.kernel.actor import Role
from coop.kernel.unit import Unit


def propose_pay(
    unit: Unit, entity_id: int, day: date, *, household_ids: Collection[int] | None = None
) -> PayBatchRow:
    """A pay batch over the entity's open produce payables, of all households or of these.

    Raises books' EmptyBatchError where nothing is open.
    """
    unit.actor.require("编制支付批次", Role.accountant, Role.manager)
    payables = [
        payable.id
        for payable in open_payables(unit.session, entity_id, PayableKind.produce)
        if household_ids is None or payable.household_id in household_ids
    ]
    return books.propose_batch(unit, entity_id, payables, day)


def approve_pay(unit: Unit, batch_id: int) -> PayBatchRow:
    """Another person approves a batch, once every voucher it stands on carries the committee's stamp.

    Raises governance's UnstampedError naming the vouchers, books' OwnBatchError and BatchChangedError.
    """
    unit.actor.require("复核支付批次", Role.checker)
    governance.require_stamps(unit.session, batch_vouchers(unit.session, batch_id))
    return books.approve_batch(unit, batch_id)


def pay(unit: Unit, batch_id: int, day: date, bank_reference: str) -> PayBatchRow:
    """The bank has paid an approved batch. Stamps are asked for again: one may be refused by now."""
    unit.actor.require("登记支付", Role.accountant)
    governance.require_stamps(unit.session, batch_vouchers(unit.session, batch_id))
    return books.pay_batch(unit, batch_id, day, bank_reference)
