"""Reads of the agreements: the text to be signed, what is signed, and who sells for a village."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from coop.kernel.errors import CoopError, NotFoundError
from coop.kernel.units import Unit, price_text
from coop.parties.models import EntityRow, HouseholdRow, MemberRow
from coop.production.models import AgreementRow, SignedVia
from coop.production.rules import Terms, Words, agreement_digest, agreement_text
from coop.standards.controls import standard_on
from coop.standards.models import ProductRow
from coop.standards.queries import PriceLine, price_table, product, terms_on

TRADER = "coop_2021"  # produce is traded in this standard's books


class NoOneSellerError(CoopError):
    """The village's trading entity cannot be told from its standard: it must be named."""

    def __init__(self, found: int) -> None:
        super().__init__(
            zh=f"须指明签约的经济组织：本村按合作社制度记账的应为 1 个，实为 {found} 个",
            en=f"name the entity that signs: 1 of the cooperatives' standard expected, {found} found",
        )


@dataclass(frozen=True, slots=True)
class Draft:
    """An agreement as it would be signed on a day. `digest` is what a signature on it says was read."""

    entity_id: int
    household_id: int
    household: str
    product: str
    product_name: str
    product_name_en: str
    season: str
    standard: str | None
    fee_bp: int
    set_off_bp: int
    text: str
    text_en: str
    digest: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """A signed agreement, ready to print. `signer` is the member who signed, `user_id` who keyed it in."""

    agreement_id: int
    number: str
    entity_id: int
    entity: str
    household_id: int
    household: str
    head: str
    signer: str
    signer_name: str
    product: str
    product_name: str
    product_name_en: str
    season: str
    fee_bp: int
    set_off_bp: int
    text: str
    text_en: str
    digest: str
    day: date
    via: SignedVia
    user_id: int


def seller_of(session: Session, tenant_id: int) -> int:
    """The one entity of a village that trades produce. Raises NoOneSellerError."""
    rows = session.scalars(
        select(EntityRow.id).where(EntityRow.tenant_id == tenant_id, EntityRow.standard == TRADER)
    ).all()
    if len(rows) != 1:
        raise NoOneSellerError(len(rows))
    return rows[0]


def draft_agreement(
    session: Session,
    *,
    tenant_id: int,
    household: str,
    product_code: str,
    season: str,
    day: date,
    entity_id: int | None = None,
) -> Draft:
    """What would be signed on that day: the terms, floors and standard that hold then.

    The trading entity where none is named. Raises NotFoundError, NoOneSellerError.
    """
    home = session.scalars(
        select(HouseholdRow).where(HouseholdRow.tenant_id == tenant_id, HouseholdRow.number == household)
    ).one_or_none()
    if home is None:
        raise NotFoundError("household", household)
    wanted = seller_of(session, tenant_id) if entity_id is None else entity_id
    seller = session.scalars(
        select(EntityRow).where(EntityRow.tenant_id == tenant_id, EntityRow.id == wanted)
    ).one_or_none()
    if seller is None:
        raise NotFoundError("entity", wanted)
    made, standard = product(session, product_code), standard_on(session, product_code, day)
    held = terms_on(session, seller.id, product_code, day)
    floors = _floors(price_table(session, seller.id, day, product_code=product_code), made.unit)
    terms = Terms(
        seller=seller.name,
        seller_en=seller.name_en,
        household=household,
        product=made.name,
        product_en=made.name_en,
        season=season,
        standard=f"《{standard.name}》（{standard.code}）" if standard else "甲方的技术要求",
        standard_en=f"the {standard.name_en} ({standard.code})" if standard else "A's technical guidance",
        floors=floors[0],
        floors_en=floors[1],
        fee_bp=held.fee_bp,
        set_off_bp=held.set_off_bp,
    )
    text = agreement_text(terms)
    return Draft(
        entity_id=seller.id,
        household_id=home.id,
        household=household,
        product=made.code,
        product_name=made.name,
        product_name_en=made.name_en,
        season=season,
        standard=standard.code if standard else None,
        fee_bp=held.fee_bp,
        set_off_bp=held.set_off_bp,
        text=text[0],
        text_en=text[1],
        digest=agreement_digest(text),
    )


def _floors(prices: tuple[PriceLine, ...], unit: Unit) -> Words:
    floors = [line for line in prices if line.floor]
    if not floors:
        return "签订时没有批准的保底价。", "No floor was approved when this was signed."
    per, per_en = ("公斤", "kg") if unit is Unit.gram else ("只", "head")
    zh = "，".join(f"{line.grade_name} {price_text(line.floor)} 元/{per}" for line in floors)
    en = ", ".join(f"{line.grade_name_en} {price_text(line.floor)} yuan/{per_en}" for line in floors)
    return f"签订时的保底价：{zh}。", f"Floors when this was signed: {en}."


def agreement(session: Session, agreement_id: int) -> Agreement:
    """One agreement. Raises NotFoundError."""
    found = _agreements(session, AgreementRow.id == agreement_id)
    if not found:
        raise NotFoundError("agreement", agreement_id)
    return found[0]


def agreements(
    session: Session, tenant_id: int, *, household_id: int | None = None, season: str | None = None
) -> tuple[Agreement, ...]:
    """A village's agreements, or a household's, by season (newest first), product and household."""
    wanted = [AgreementRow.tenant_id == tenant_id]
    if household_id is not None:
        wanted.append(AgreementRow.household_id == household_id)
    if season is not None:
        wanted.append(AgreementRow.season == season)
    return _agreements(session, *wanted)


def _agreements(session: Session, *wanted: ColumnElement[bool]) -> tuple[Agreement, ...]:
    rows = session.execute(
        select(AgreementRow, HouseholdRow, MemberRow, EntityRow, ProductRow)
        .join(HouseholdRow, HouseholdRow.id == AgreementRow.household_id)
        .join(MemberRow, MemberRow.id == AgreementRow.signer_id)
        .join(EntityRow, EntityRow.id == AgreementRow.entity_id)
        .join(ProductRow, ProductRow.code == AgreementRow.product)
        .where(*wanted)
        .order_by(AgreementRow.season.desc(), AgreementRow.product, HouseholdRow.number)
    )
    return tuple(
        Agreement(
            agreement_id=row.id,
            number=row.number,
            entity_id=row.entity_id,
            entity=entity.code,
            household_id=home.id,
            household=home.number,
            head=home.head,
            signer=member.number,
            signer_name=member.name,
            product=row.product,
            product_name=made.name,
            product_name_en=made.name_en,
            season=row.season,
            fee_bp=row.fee_bp,
            set_off_bp=row.set_off_bp,
            text=row.text,
            text_en=row.text_en,
            digest=row.digest,
            day=row.day,
            via=SignedVia(row.via),
            user_id=row.user_id,
        )
        for row, home, member, entity, made in rows
    )
