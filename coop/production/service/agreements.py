"""Sign the agreement of a household for a product and season: on its phone, or on paper keyed in by the village."""

from __future__ import annotations

from datetime import date

from sqlalchemy import or_, select

from coop.kernel.actor import Role
from coop.kernel.numbering import document_number
from coop.kernel.unit import Unit
from coop.parties.models import HouseholdRow, MemberRow
from coop.parties.queries import has_full_capacity
from coop.production.models import AgreementRow, SignedVia
from coop.production.queries.agreements import draft_agreement
from coop.production.service.errors import (
    NoSignerError,
    NotOwnHouseholdError,
    NotThatDayError,
    OtherTextError,
    SignedAlreadyError,
    WrongViaError,
)

VILLAGE = (Role.clerk, Role.manager)


def sign_agreement(
    unit: Unit,
    *,
    household: str,
    product: str,
    season: str,
    day: date,
    via: SignedVia | str,
    entity_id: int | None = None,
    signer: str = "",
    digest: str = "",
) -> AgreementRow:
    """Freeze and sign the agreement of a household with an entity (the trading one where none is named).

    `signer` is a member's number, the household's first adult where none is told. `digest` is what the reader
    saw (`draft_agreement`); other terms by now raise OtherTextError. A household signs for itself on its phone.
    Raises SignedAlreadyError, NoSignerError, NotOwnHouseholdError, WrongViaError, NotThatDayError.
    """
    unit.actor.require("签订种养协议", Role.household, *VILLAGE)
    chosen = SignedVia(via)
    _require_hands(unit, household, chosen)
    if day > unit.today:
        raise NotThatDayError(unit.today, day)
    draft = draft_agreement(
        unit.session,
        tenant_id=unit.actor.tenant_id,
        household=household,
        product_code=product,
        season=season,
        day=day,
        entity_id=entity_id,
    )
    unit.session.scalars(
        select(HouseholdRow.id).where(HouseholdRow.id == draft.household_id).with_for_update()
    ).one()
    signed = unit.session.scalars(
        select(AgreementRow).filter_by(
            tenant_id=unit.actor.tenant_id,
            entity_id=draft.entity_id,
            household_id=draft.household_id,
            product=product,
            season=season,
        )
    ).one_or_none()
    if signed is not None:
        raise SignedAlreadyError(signed.number, signed.day)
    if digest and digest != draft.digest:
        raise OtherTextError(draft.digest, digest)
    row = AgreementRow(
        tenant_id=unit.actor.tenant_id,
        number=document_number(unit.session, unit.actor.tenant_id, "XY", day.year),
        entity_id=draft.entity_id,
        household_id=draft.household_id,
        signer_id=_signer(unit, draft.household_id, household, signer, day),
        product=product,
        season=season,
        standard=draft.standard,
        fee_bp=draft.fee_bp,
        set_off_bp=draft.set_off_bp,
        text=draft.text,
        text_en=draft.text_en,
        digest=draft.digest,
        day=day,
        via=chosen.value,
        user_id=unit.actor.user_id,
        at=unit.now,
    )
    unit.session.add(row)
    unit.session.flush()
    unit.audit(
        "agreement.sign", f"agreement:{row.id}", household=household, product=product, digest=row.digest
    )
    return row


def _require_hands(unit: Unit, household: str, via: SignedVia) -> None:
    """Paper is the village's to key in; a phone signature is the household's own."""
    if unit.actor.roles & set(VILLAGE):
        if via is not SignedVia.paper and unit.actor.household != household:
            raise WrongViaError(SignedVia.paper.value, via.value)
        return
    if unit.actor.household != household:
        raise NotOwnHouseholdError(unit.actor.household, household)
    if via is not SignedVia.phone:
        raise WrongViaError(SignedVia.phone.value, via.value)


def _signer(unit: Unit, household_id: int, household: str, number: str, day: date) -> int:
    members = unit.session.scalars(
        select(MemberRow)
        .where(
            MemberRow.household_id == household_id,
            MemberRow.joined <= day,
            or_(MemberRow.left.is_(None), MemberRow.left > day),
        )
        .order_by(MemberRow.number)
    )
    for member in members:
        if has_full_capacity(member.born, day) and number in ("", member.number):
            return member.id
    raise NoSignerError(household, number)
