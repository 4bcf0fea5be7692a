"""Meetings, stamps, notices and the gates, on both back ends."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from coop.books import service as books
from coop.books.queries import book_of
from coop.governance import offers, queries
from coop.governance import service as governance
from coop.governance.rules import Body, ResolutionKind
from coop.governance.service.gates import GateClosedError, UnstampedError
from coop.governance.service.meetings import (
    MeetingDayError,
    NotEntitledError,
    NotHeldError,
    ShortNoticeError,
    VoteCountError,
)
from coop.governance.service.stamps import OwnVoucherError
from coop.kernel.actor import Role
from coop.kernel.clock import ToldClock
from coop.kernel.errors import InputError, PermissionDeniedError
from coop.kernel.unit import look, unit
from coop.parties.models import HouseholdRow, MemberRow
from ledger.voucher import Voucher, credit, debit
from tests.conftest import Village, make_village

DIGEST = governance.digest_of({"plan": 1})


def voters(village: Village, meeting_id: int) -> list[int]:
    with look(village.actor()) as seen:
        meeting = queries.meeting(seen.session, meeting_id)
        roll = queries.roll(seen.session, Body(meeting.body), meeting.entity_id, meeting.day)
        return [member.id for member in roll if member.capable]


def call(
    village: Village, clock: ToldClock, body: Body = Body.rceo_assembly, entity: int | None = None
) -> int:
    with unit(village.actor(Role.manager)) as work:
        day = clock.day + timedelta(days=20)
        return governance.call_meeting(
            work,
            body=body,
            day=day,
            agenda="分配",
            agenda_en="distribution",
            entity_id=entity or village.rceo,
        ).id


def come(village: Village, meeting_id: int, members: list[int]) -> None:
    with unit(village.actor(Role.clerk)) as work:
        governance.attend(work, meeting_id, members)


def vote(village: Village, meeting_id: int, votes_for: int, against: int = 0, digest: str = DIGEST) -> bool:
    with unit(village.actor(Role.clerk)) as work:
        return governance.resolve(
            work,
            meeting_id,
            ref="plan:1",
            digest=digest,
            text="同意",
            text_en="agreed",
            votes_for=votes_for,
            votes_against=against,
        ).passed


def require(village: Village, gate: governance.Gate, digest: str = DIGEST) -> None:
    with unit(village.actor(Role.accountant)) as work:
        governance.require(work.session, gate, "plan:1", digest, today=work.today)


def test_a_resolution_that_carries_opens_the_gate_for_its_content_alone(
    village: Village, clock: ToldClock
) -> None:
    meeting = call(village, clock)
    with pytest.raises(GateClosedError):
        require(village, governance.Gate.resolution)
    everyone = voters(village, meeting)
    clock.day += timedelta(days=20)
    come(village, meeting, everyone)
    assert vote(village, meeting, len(everyone))
    require(village, governance.Gate.resolution)
    with pytest.raises(GateClosedError, match="there is one only for content"):
        require(village, governance.Gate.resolution, governance.digest_of({"plan": 2}))
    with look(village.actor()) as seen:
        found = queries.resolution_for(seen.session, "plan:1")
        assert found is not None
        assert found.number == "JY-2025-0001"


def test_two_thirds_of_all_members_must_approve(village: Village, clock: ToldClock) -> None:
    meeting = call(village, clock)
    everyone = voters(village, meeting)
    needed = -(-len(everyone) * 2 // 3)
    clock.day += timedelta(days=20)
    come(village, meeting, everyone)
    assert not vote(village, meeting, needed - 1, len(everyone) - needed + 1)
    with pytest.raises(GateClosedError, match="did not carry"):
        require(village, governance.Gate.resolution)
    assert vote(village, meeting, needed, len(everyone) - needed)


def test_an_inquorate_meeting_resolves_nothing(village: Village, clock: ToldClock) -> None:
    meeting = call(village, clock)
    few = voters(village, meeting)[:5]
    clock.day += timedelta(days=20)
    come(village, meeting, few)
    assert not vote(village, meeting, 5)


def test_minors_and_strangers_do_not_count_and_nobody_twice(village: Village, clock: ToldClock) -> None:
    meeting = call(village, clock)
    with unit(village.actor(Role.manager)) as work:
        household = work.session.scalars(select(HouseholdRow.id)).first()
        minor = MemberRow(
            tenant_id=village.tenant,
            household_id=household,
            number="M99990",
            name="孩子",
            born=date(2015, 1, 1),
            joined=date(2025, 1, 1),
        )
        work.session.add(minor)
        work.session.flush()
        child = minor.id
    later = call(village, clock)
    with look(village.actor()) as seen:
        before, after = queries.meeting(seen.session, meeting), queries.meeting(seen.session, later)
        assert (after.members_all, after.members_capable) == (before.members_all + 1, before.members_capable)
    with pytest.raises(MeetingDayError):
        come(village, meeting, [])
    clock.day += timedelta(days=20)
    with pytest.raises(NotEntitledError) as refused:
        come(village, meeting, [child, 10**6])
    assert refused.value.ids == (child, 10**6)
    some = voters(village, meeting)[:3]
    come(village, meeting, some)
    come(village, meeting, some)
    with pytest.raises(VoteCountError):
        vote(village, meeting, 4)


def test_only_contributors_belong_to_the_cooperative(village: Village, clock: ToldClock) -> None:
    meeting = call(village, clock, Body.coop_assembly, village.coop)
    with look(village.actor()) as seen:
        assert queries.meeting(seen.session, meeting).members_all == 30


@pytest.mark.parametrize(("body", "days"), [(Body.rceo_assembly, 10), (Body.coop_assembly, 15)])
def test_papers_are_open_before_the_meeting(
    village: Village, clock: ToldClock, body: Body, days: int
) -> None:
    entity = village.rceo if body is Body.rceo_assembly else village.coop
    with pytest.raises(ShortNoticeError), unit(village.actor(Role.manager)) as work:
        governance.call_meeting(
            work,
            body=body,
            day=clock.day + timedelta(days=days - 1),
            agenda="",
            agenda_en="",
            entity_id=entity,
        )


def test_nothing_is_voted_before_the_meeting_is_held(village: Village, clock: ToldClock) -> None:
    meeting = call(village, clock)
    with pytest.raises(NotHeldError):
        vote(village, meeting, 1)


def test_a_notice_opens_its_gate_when_its_days_are_over(village: Village, clock: ToldClock) -> None:
    with unit(village.actor(Role.manager)) as work:
        governance.publish(
            work,
            kind="plan",
            ref="plan:1",
            digest=DIGEST,
            title="方案",
            title_en="plan",
            body={"lines": []},
            days=10,
        )
    clock.day += timedelta(days=9)
    with pytest.raises(GateClosedError, match="1 days left"):
        require(village, governance.Gate.notice)
    with look(village.actor()) as seen:
        assert len(queries.notices(seen.session, today=clock.day)) == 1
    clock.day += timedelta(days=1)
    require(village, governance.Gate.notice)
    with pytest.raises(InputError), unit(village.actor(Role.manager)) as work:
        governance.publish(work, kind="plan", ref="x", digest=DIGEST, title="", title_en="", body={}, days=0)


def test_the_committee_reviews_and_another_village_opens_nothing_here(village: Village) -> None:
    other = make_village("SHP", 3)
    with unit(other.actor(Role.supervisor)) as work:
        governance.review(work, "plan:1", DIGEST)
    both = village.actor(Role.accountant)
    reader = type(both)(both.user_id, both.name, both.tenant_id, both.roles, frozenset({other.tenant}))
    with unit(reader) as work:
        assert queries.reviews(work.session, "plan:1")
        with pytest.raises(GateClosedError):
            governance.require(work.session, governance.Gate.supervision, "plan:1", DIGEST, today=work.today)
    with pytest.raises(PermissionDeniedError), unit(village.actor(Role.manager)) as work:
        governance.review(work, "plan:1", DIGEST)
    with unit(village.actor(Role.supervisor)) as work:
        assert governance.review(work, "plan:1", DIGEST).id == governance.review(work, "plan:1", DIGEST).id
    require(village, governance.Gate.supervision)


def post(village: Village, number: int, day: date) -> int:
    lines = (debit("128:XG", 100), credit("114:H0001", 100))
    with unit(village.actor(Role.clerk, user=7)) as work:
        return books.post(work, village.coop, Voucher(day, f"收购{number}", lines, f"receipt:{number}")).id


def unstamped(village: Village) -> list[int]:
    with look(village.actor()) as seen:
        book = book_of(seen.session, village.coop)
        return [row.id for row in queries.unstamped(seen.session, book.id, 2025, 4)]


def test_a_day_is_stamped_at_once_and_a_refused_voucher_alone(village: Village) -> None:
    day = date(2025, 4, 10)
    first, second, third = (post(village, n, day) for n in (1, 2, 3))
    later = post(village, 4, date(2025, 4, 11))
    with unit(village.actor(Role.supervisor, user=9)) as work:
        assert governance.refuse_stamp(work, second, "没有称重单").due == work.today + timedelta(days=7)
        with pytest.raises(InputError) as faults:
            governance.refuse_stamp(work, second, " ", work.today - timedelta(days=1))
        assert {fault.place for fault in faults.value.faults} == {"reason", "due"}
        assert governance.stamp_day(work, village.coop, day) == 2
        assert governance.stamp_day(work, village.coop, day) == 0
    assert unstamped(village) == [second, later]
    with look(village.actor()) as seen:
        waiting = queries.stamp_days(seen.session)
        assert [(d.day.day, d.waiting, d.refused) for d in waiting] == [(10, 0, 1), (11, 1, 0)]
        assert [todo.count for todo in offers.todos(seen.session, frozenset({Role.supervisor}))] == [1]
        with pytest.raises(UnstampedError) as refused:
            governance.require_stamps(seen.session, [first, second, third])
        assert refused.value.vouchers == ("2025-04 记2",)
    with unit(village.actor(Role.checker, user=8)) as work:
        books.reverse(work, later, day=date(2025, 4, 12), reason="错称", maker_id=7)
    with unit(village.actor(Role.supervisor, user=9)) as work:
        governance.stamp(work, second)
    assert unstamped(village) == []


def test_nobody_stamps_the_own_voucher(village: Village) -> None:
    voucher = post(village, 1, date(2025, 4, 10))
    with pytest.raises(OwnVoucherError), unit(village.actor(Role.supervisor, user=7)) as work:
        governance.stamp_day(work, village.coop, date(2025, 4, 10))
    with pytest.raises(PermissionDeniedError), unit(village.actor(Role.accountant, user=9)) as work:
        governance.stamp(work, voucher)


def test_a_resolution_of_another_kind_needs_its_own_majority(village: Village, clock: ToldClock) -> None:
    meeting = call(village, clock, Body.coop_assembly, village.coop)
    everyone = voters(village, meeting)
    clock.day += timedelta(days=20)
    come(village, meeting, everyone)
    with unit(village.actor(Role.manager)) as work:
        row = governance.resolve(
            work,
            meeting,
            ref="charter:1",
            digest=DIGEST,
            text="改章程",
            text_en="amend",
            votes_for=19,
            votes_against=11,
            kind=ResolutionKind.charter,
        )
        assert (row.approve_needed, row.passed) == (20, False)
