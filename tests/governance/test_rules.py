"""Quorums and majorities."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coop.governance.rules import RULES, Base, Body, ResolutionKind, Share, Turnout, decide, digest_of


@given(st.integers(0, 10**6))
def test_a_share_is_the_least_number_that_fulfils_it(count: int) -> None:
    two_thirds, half = Share(2, 3, Base.all).of(count), Share(1, 2, Base.all, over=True).of(count)
    assert two_thirds * 3 >= count * 2 > (two_thirds - 1) * 3
    assert half * 2 > count >= (half - 1) * 2


@pytest.mark.parametrize("body", list(Body))
@pytest.mark.parametrize("kind", list(ResolutionKind))
@given(st.integers(1, 500), st.data())
def test_more_votes_never_undo_a_resolution(
    body: Body, kind: ResolutionKind, members: int, data: st.DataObject
) -> None:
    capable = data.draw(st.integers(0, members))
    attended = data.draw(st.integers(0, capable))
    votes = data.draw(st.integers(0, attended))
    turnout = Turnout(members, capable, attended)
    passed = [decide(body, kind, turnout, count).passed for count in range(votes, attended + 1)]
    assert passed == sorted(passed)


def test_minors_lower_the_quorum_but_not_the_majority() -> None:
    decision = decide(Body.rceo_assembly, ResolutionKind.ordinary, Turnout(612, 492, 327), 327)
    assert (decision.attend_needed, decision.approve_needed, decision.passed) == (328, 408, False)


def test_special_beneficiaries_need_three_quarters_of_all_members() -> None:
    decision = decide(Body.rceo_assembly, ResolutionKind.beneficiary, Turnout(100, 100, 100), 74)
    assert (decision.approve_needed, decision.passed) == (75, False)


def test_every_body_names_its_law() -> None:
    assert all(rule.source and rule.name and rule.name_en for rule in RULES.values())


def test_a_digest_tells_any_change() -> None:
    assert digest_of({"fen": 1}) != digest_of({"fen": 2})
