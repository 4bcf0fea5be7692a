"""Acting for a household (代办): the manager grants and revokes it, a deputy begins under it.

The deputy is a login of the same village: of another household, or a clerk. Nobody grants it to the own login or to
the own household. Who acts may do what the household's own login may (`kernel.actor`), so never this.
"""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import InstrumentedAttribute

from coop.kernel.actor import Actor, Role
from coop.kernel.errors import CoopError, Fault, InputError, NotFoundError
from coop.kernel.unit import Unit
from coop.parties.models import AccessRow, ActingMandateRow, Ground, HouseholdRow, MemberRow
from coop.parties.queries import acting, has_full_capacity
from coop.web.accounts import Account

LONGEST = 100


class MandateOverlapError(CoopError):
    def __init__(self, household: str, deputy: str, since: date) -> None:
        super().__init__(
            zh=f"{household} 已委托 {deputy} 代办（自 {since} 起），同一期间不能重复；请先撤销",
            en=f"{household} has a mandate for {deputy} since {since} in these days already: revoke it first",
        )


class EndedMandateError(CoopError):
    def __init__(self) -> None:
        super().__init__(zh="这项代办委托已经结束", en="this mandate has ended already")


def grant_acting(
    unit: Unit,
    *,
    household: str,
    deputy: str,
    since: date,
    last: date | None,
    ground: Ground,
    document: str,
) -> ActingMandateRow:
    """Let a login act for a household from `since` (today or later) to `last` inclusive; None is until revoked.

    `deputy` is a login name, a member's number, or the number of a household that has one login. `document` refers
    to the paper. Raises InputError with all faults, MandateOverlapError.
    """
    unit.actor.require("登记代办委托", Role.manager)
    faults = _day_faults(unit, since, last)
    if not document.strip() or len(document.strip()) > LONGEST:
        zh = f"写明委托书或证明的编号，最多 {LONGEST} 个字"
        faults.append(Fault("document", zh, f"the paper's reference, at most {LONGEST} characters"))
    home = _locked_home(unit, household)
    if home is None:
        faults.append(Fault("household", f"没有这一户：{household}", f"no such household: {household}"))
    login = _login(unit, deputy.strip(), faults)
    if login is not None:
        faults += _deputy_faults(unit, login, household)
    if faults or home is None or login is None:
        raise InputError(faults)
    until = None if last is None else last + timedelta(days=1)
    row = ActingMandateRow(
        tenant_id=unit.actor.tenant_id,
        household_id=home.id,
        deputy_id=login.user_id,
        deputy_household=login.household,
        deputy_member=login.member,
        since=since,
        until=until,
        ground=ground.value,
        document=document.strip(),
        granted_by=unit.actor.user_id,
        granted_at=unit.now,
    )
    _require_no_other(unit, row, household, deputy.strip())
    unit.session.add(row)
    unit.session.flush()
    unit.audit(
        "acting.grant",
        f"acting_mandate:{row.id}",
        household=household,
        deputy=row.deputy_id,
        ground=row.ground,
    )
    return row


def revoke_acting(unit: Unit, mandate_id: int) -> ActingMandateRow:
    """It ends at once: the deputy's next request is refused. Raises NotFoundError, EndedMandateError."""
    unit.actor.require("撤销代办委托", Role.manager)
    row = unit.session.scalars(
        select(ActingMandateRow)
        .where(ActingMandateRow.id == mandate_id, ActingMandateRow.tenant_id == unit.actor.tenant_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFoundError("acting mandate", mandate_id)
    if row.revoked_on is not None or (row.until is not None and row.until <= unit.today):
        raise EndedMandateError
    row.revoked_by, row.revoked_on = unit.actor.user_id, unit.today
    unit.audit("acting.revoke", f"acting_mandate:{row.id}", deputy=row.deputy_id)
    return row


def begin_acting(unit: Unit, mandate_id: int) -> Actor:
    """The actor the deputy is from now on; that it began stands in the audit. NotFoundError without a live mandate."""
    found = acting.acting_actor(unit.session, unit.actor, mandate_id, unit.today)
    if found is None:
        raise NotFoundError("acting mandate", mandate_id)
    unit.audit("acting.begin", f"acting_mandate:{mandate_id}", **found.trace)
    return found


def _day_faults(unit: Unit, since: date, last: date | None) -> list[Fault]:
    faults = []
    if since < unit.today:
        faults.append(Fault("since", f"不能早于今天 {unit.today}", f"not before today, {unit.today}"))
    if last is not None and last < since:
        faults.append(Fault("last", f"不能早于开始日 {since}", f"not before the first day, {since}"))
    if last == date.max:
        faults.append(Fault("last", "日期太远，长期有效请留空", "too far away; leave empty for no end"))
    return faults


def _locked_home(unit: Unit, number: str) -> HouseholdRow | None:
    """Two grants for one household meet here, so that each sees the other's."""
    return unit.session.scalars(
        select(HouseholdRow)
        .where(
            HouseholdRow.tenant_id == unit.actor.tenant_id,
            HouseholdRow.number == number,
            HouseholdRow.joined <= unit.today,
            or_(HouseholdRow.left.is_(None), HouseholdRow.left > unit.today),
        )
        .with_for_update()
    ).one_or_none()


def _login(unit: Unit, text: str, faults: list[Fault]) -> AccessRow | None:
    """The one login of the village that is meant: by login name first, then by member, then by household."""
    for column in (Account.username, AccessRow.member, AccessRow.household):
        found = _logins(unit, column, text) if text else {}
        if len(found) == 1:
            return next(iter(found.values()))
        if found:
            names = "、".join(sorted(found))
            zh, en = f"{text} 有几个登录账号，请写明一个：{names}", f"several logins, name one: {names}"
            faults.append(Fault("deputy", zh, en))
            return None
    zh = f"本村没有这样的农户或村文书登录账号：{text}"
    faults.append(Fault("deputy", zh, f"no login of a household or a clerk of this village: {text}"))
    return None


def _logins(unit: Unit, column: InstrumentedAttribute[str], text: str) -> dict[str, AccessRow]:
    """Login name -> its post, of those who may be deputies: open accounts of households, and clerks."""
    rows = unit.session.execute(
        select(AccessRow, Account)
        .join(Account, Account.id == AccessRow.user_id)
        .where(
            column == text,
            AccessRow.tenant_id == unit.actor.tenant_id,
            AccessRow.since <= unit.today,
            or_(AccessRow.until.is_(None), AccessRow.until > unit.today),
        )
        .order_by(AccessRow.since, AccessRow.id)
    )
    return {
        str(account.username): access
        for access, account in rows
        if account.active and acting.deputy_role(access.household) in account.role_names
    }


def _deputy_faults(unit: Unit, login: AccessRow, household: str) -> list[Fault]:
    faults = []
    if login.user_id == unit.actor.user_id or (login.household and login.household == unit.actor.household):
        zh, en = (
            "不能给自己或自家登记代办，请由另一位经理登记",
            "not for oneself: another manager must grant it",
        )
        faults.append(Fault("deputy", zh, en))
    if login.household == household:
        zh, en = "本户自己的账号不需要委托", "the household's own login needs no mandate"
        faults.append(Fault("deputy", zh, en))
    if login.member:
        born = unit.session.scalars(
            select(MemberRow.born).where(
                MemberRow.tenant_id == unit.actor.tenant_id, MemberRow.number == login.member
            )
        ).one()
        if not has_full_capacity(born, unit.today):
            faults.append(Fault("deputy", "未满 18 周岁不能代办", "a deputy must be eighteen or older"))
    return faults


def _require_no_other(unit: Unit, new: ActingMandateRow, household: str, deputy: str) -> None:
    """One mandate at a time for a household and a login."""
    wanted = [
        ActingMandateRow.tenant_id == new.tenant_id,
        ActingMandateRow.household_id == new.household_id,
        ActingMandateRow.deputy_id == new.deputy_id,
        ActingMandateRow.revoked_on.is_(None),
        or_(ActingMandateRow.until.is_(None), ActingMandateRow.until > new.since),
    ]
    if new.until is not None:
        wanted.append(ActingMandateRow.since < new.until)
    other = unit.session.scalars(select(ActingMandateRow).where(*wanted)).first()
    if other is not None:
        raise MandateOverlapError(household, deputy, other.since)
