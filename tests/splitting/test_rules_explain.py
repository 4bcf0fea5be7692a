"""Every reason has words in both languages, with the numbers one needs to check them."""

from __future__ import annotations

from decimal import Decimal

from coop.kernel.units import Unit
from coop.splitting.rules import Candidate, Problem, Reason, explain, split

PEOPLE = (
    Candidate("A", 40_000),
    Candidate("B", 40_000, weight=Decimal("1.50")),
    Candidate("C", 12_000),
    Candidate("D", 9_000, minimum=10_000),
    Candidate("E", 90_000, minimum=80_000),
    Candidate("F", 50_000, locked=6_000),
    Candidate("G", 50_000, eligible=False),
)


def test_each_reason_is_told_with_its_numbers() -> None:
    problem = Problem(73_000, 10_000, PEOPLE)
    result = split(problem)
    assert {share.id: share.reason for share in result.shares} == {
        "A": Reason.remainder,
        "B": Reason.level,
        "C": Reason.capacity,
        "D": Reason.below_minimum,
        "E": Reason.below_minimum,
        "F": Reason.locked,
        "G": Reason.ineligible,
    }
    words = explain(problem, result)
    assert words["A"].zh.startswith("分得 27 公斤（54 斤），其中 7 公斤（14 斤）是不够一份的零头")
    assert "with 30 kg in all it comes to 20 kg for each of its 1.5 shares" in words["B"].en.lower()
    assert "2 kg are left, less than a lot of 10 kg" in words["C"].en
    assert "exceeds its capacity of 9 kg by 1 kg" in words["D"].en
    assert "起分量 80 公斤（160 斤）" in words["E"].zh
    assert "6 公斤（12 斤）" in words["F"].zh
    assert all(text.zh and text.en for text in words.values())


def test_heads_are_counted_not_weighed() -> None:
    problem = Problem(5, 2, (Candidate("A", 9),))
    assert explain(problem, split(problem), unit=Unit.head)["A"].en.startswith("Got 5 head, of which 1 head")


def test_without_a_whole_lot_the_level_says_so() -> None:
    problem = Problem(1, 2, (Candidate("A", 9), Candidate("B", 9)))
    assert "no whole lot" in explain(problem, split(problem))["B"].en


def test_by_capacity_a_standing_is_a_share_of_the_capacity() -> None:
    """30 of 100 kg and 20 of 60 kg: 30.0 % and 33.3 %, which anybody can check."""
    people = (
        Candidate("A", 100_000, weight=Decimal("0.1")),
        Candidate("B", 60_000, weight=Decimal("0.06")),
    )
    problem = Problem(50_000, 10_000, people)
    words = explain(problem, split(problem), of_capacity=True)
    assert "占产能的 30.0%" in words["A"].zh
    assert "33.3 % of its capacity" in words["B"].en
