"""Use cases on the standards: load the catalogue, propose and approve purchase prices and terms (two persons)."""

from __future__ import annotations

import tomllib
from datetime import date
from importlib.resources import files
from typing import Any

from sqlalchemy import select

from coop.kernel.actor import Role
from coop.kernel.errors import CoopError, Fault, InputError, NotFoundError
from coop.kernel.unit import Unit
from coop.kernel.units import decimal_text, price_text
from coop.parties.models import EntityRow
from coop.standards.loading import merge_controls
from coop.standards.models import (
    PRICE_MOVES,
    TERMS_MOVES,
    GradeRow,
    PriceState,
    ProductRow,
    PurchasePriceRow,
    TermsRow,
)
from coop.standards.queries import product as find_product
from coop.standards.rules import WHOLE_BP


class SamePersonError(CoopError):
    """The proposer cannot approve: a price is set by two persons."""

    def __init__(self, price_id: int, user_id: int) -> None:
        super().__init__(
            zh=f"收购价 {price_id} 由用户 {user_id} 提出，须由另一人批准",
            en=f"purchase price {price_id} was proposed by user {user_id}; another person must approve it",
        )


class SameTermsPersonError(CoopError):
    """The proposer cannot approve: terms are set by two persons."""

    def __init__(self, terms_id: int, user_id: int) -> None:
        super().__init__(
            zh=f"收购条件 {terms_id} 由用户 {user_id} 提出，须由另一人批准",
            en=f"purchase terms {terms_id} were proposed by user {user_id}; another person must approve them",
        )


class TermsFixedError(CoopError):
    """Approved terms stay as they are; new ones begin on another day."""

    def __init__(self, product: str, since: date, fee_bp: int, set_off_bp: int) -> None:
        fee, share = decimal_text(fee_bp, 2), decimal_text(set_off_bp, 2)
        super().__init__(
            zh=f"{product} 自 {since} 起的收购条件已批准(代办费 {fee} %，抵扣上限 {share} %)，不能再改",
            en=f"the terms of {product} since {since} are approved (fee {fee} %, set-off {share} %); "
            f"begin another day",
        )


class PriceFixedError(CoopError):
    """An approved price stays as it is; a new one begins on another day."""

    def __init__(self, product: str, grade: str, since: date, price: int) -> None:
        text = price_text(price)
        super().__init__(
            zh=f"{product} {grade} 自 {since} 起的收购价已批准为 {text} 元，不能再改；新价请从另一天起",
            en=f"{product} {grade} since {since} is approved at {text} yuan; begin another day",
        )


class NoSuchPriceError(CoopError):
    def __init__(self, price: int, floor: int) -> None:
        found, least = price_text(price), price_text(floor)
        super().__init__(
            zh=f"价格与保底价不得为负且不得同时为零：价格 {found}，保底价 {least}",
            en=f"price and floor must not be negative nor both zero: price {found}, floor {least}",
        )


def load_catalogue(unit: Unit) -> int:
    """Bring products and grades to what the catalogue file says; returns how many rows it touched."""
    unit.actor.require("载入产品目录", Role.admin)
    text = files("coop.standards").joinpath("catalogue.toml").read_text(encoding="utf-8")
    changed = 0
    for entry in tomllib.loads(text)["product"]:
        grades = entry.pop("grade")
        changed += _merge(unit, ProductRow, entry["code"], entry)
        unit.session.flush()
        for grade in grades:
            key = (entry["code"], grade["code"])
            changed += _merge(unit, GradeRow, key, {"product": entry["code"], **grade})
    unit.session.flush()
    changed += merge_controls(unit)
    if changed:
        unit.audit("standards.load", "catalogue", rows=changed)
    return changed


def _merge(unit: Unit, kind: type[ProductRow | GradeRow], key: Any, values: dict[str, Any]) -> bool:
    row = unit.session.get(kind, key)
    if row is None:
        unit.session.add(kind(**values))
        return True
    before = {name: getattr(row, name) for name in values}
    for name, value in values.items():
        setattr(row, name, value)
    return before != values


def propose_price(
    unit: Unit, *, entity_id: int, product: str, grade: str, since: date, price: int, floor: int = 0
) -> PurchasePriceRow:
    """Propose what is paid for a grade from `since` on, in 1/10000 yuan per kg or head.

    A proposal for the same day replaces an earlier one that is not approved yet; an approved one stands.
    """
    unit.actor.require("提出收购价", Role.manager, Role.accountant)
    find_product(unit.session, product).grade(grade)
    _require_own(unit, entity_id)
    if price < 0 or floor < 0 or price + floor == 0:
        raise NoSuchPriceError(price, floor)
    key = {"entity_id": entity_id, "product": product, "grade": grade, "since": since}
    row = unit.session.scalars(
        select(PurchasePriceRow).filter_by(**key).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        row = PurchasePriceRow(
            tenant_id=unit.actor.tenant_id, **key, price=price, floor=floor, proposed_by=unit.actor.user_id
        )
        unit.session.add(row)
    elif row.state == PriceState.approved:
        raise PriceFixedError(product, grade, since, row.price)
    else:
        row.price, row.floor, row.proposed_by = price, floor, unit.actor.user_id
    unit.session.flush()
    unit.audit("price.propose", f"price:{row.id}", product=product, grade=grade, price=price, floor=floor)
    return row


def approve_price(unit: Unit, price_id: int) -> PurchasePriceRow:
    """Approve a proposed price: by another person than who proposed it."""
    unit.actor.require("批准收购价", Role.checker, Role.manager)
    row = unit.session.scalars(
        select(PurchasePriceRow)
        .where(PurchasePriceRow.id == price_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFoundError("purchase price", price_id)
    state = PRICE_MOVES.move(PriceState(row.state), PriceState.approved)
    if row.proposed_by == unit.actor.user_id:
        raise SamePersonError(row.id, row.proposed_by)
    row.state, row.approved_by = state.value, unit.actor.user_id
    unit.session.flush()
    unit.audit("price.approve", f"price:{row.id}", price=row.price, floor=row.floor)
    return row


def propose_terms(
    unit: Unit, *, entity_id: int, product: str, since: date, fee_bp: int, set_off_bp: int
) -> TermsRow:
    """Propose what is kept of a slip from `since` on, in basis points: the fee, and the most that is set off.

    A proposal for the same day replaces an earlier one that is not approved yet; approved terms stand.
    Raises InputError for shares that are none, TermsFixedError.
    """
    unit.actor.require("提出收购条件", Role.manager)
    find_product(unit.session, product)
    _require_own(unit, entity_id)
    shares = {"fee_bp": fee_bp, "set_off_bp": set_off_bp}
    if found := [
        Fault(f"/{name}", f"应在 0 到 {WHOLE_BP} 之间，实为 {bp}", f"must be 0 to {WHOLE_BP}, found {bp}")
        for name, bp in shares.items()
        if not 0 <= bp <= WHOLE_BP
    ]:
        raise InputError(found)
    key = {"entity_id": entity_id, "product": product, "since": since}
    row = unit.session.scalars(
        select(TermsRow).filter_by(**key).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        row = TermsRow(tenant_id=unit.actor.tenant_id, **key, **shares, proposed_by=unit.actor.user_id)
        unit.session.add(row)
    elif row.state == PriceState.approved:
        raise TermsFixedError(product, since, row.fee_bp, row.set_off_bp)
    else:
        row.fee_bp, row.set_off_bp, row.proposed_by = fee_bp, set_off_bp, unit.actor.user_id
    unit.session.flush()
    unit.audit("terms.propose", f"terms:{row.id}", product=product, **shares)
    return row


def approve_terms(unit: Unit, terms_id: int) -> TermsRow:
    """Approve proposed terms: by another person than who proposed them."""
    unit.actor.require("批准收购条件", Role.checker, Role.manager)
    row = unit.session.scalars(
        select(TermsRow)
        .where(TermsRow.id == terms_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFoundError("purchase terms", terms_id)
    state = TERMS_MOVES.move(PriceState(row.state), PriceState.approved)
    if row.proposed_by == unit.actor.user_id:
        raise SameTermsPersonError(row.id, row.proposed_by)
    row.state, row.approved_by = state.value, unit.actor.user_id
    unit.session.flush()
    unit.audit("terms.approve", f"terms:{row.id}", fee_bp=row.fee_bp, set_off_bp=row.set_off_bp)
    return row


def _require_own(unit: Unit, entity_id: int) -> None:
    own = select(EntityRow.id).where(EntityRow.id == entity_id, EntityRow.tenant_id == unit.actor.tenant_id)
    if unit.session.scalars(own).one_or_none() is None:
        raise NotFoundError("entity", entity_id)
