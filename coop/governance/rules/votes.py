"""Who may decide what: bodies, quorums and majorities, each with its source; and the digest a decision names.

Denominators differ: some majorities count all members, some those with full capacity, some all votes, some
those present. Pure.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from ledger.money import ceil_div


class Body(StrEnum):
    """A body that resolves. The board's seats are told when it is called, the others are counted."""

    rceo_assembly = "rceo_assembly"
    rceo_board = "rceo_board"
    coop_assembly = "coop_assembly"
    village_assembly = "village_assembly"


class ResolutionKind(StrEnum):
    """What is resolved, as far as the majority depends on it.

    `charter`: charter, merger, division, dissolution. `beneficiary`: a special beneficiary of a collective.
    """

    ordinary = "ordinary"
    charter = "charter"
    beneficiary = "beneficiary"


class Base(StrEnum):
    """What a share is counted of."""

    all = "all"
    capable = "capable"
    present = "present"
    votes = "votes"


@dataclass(frozen=True, slots=True)
class Share:
    """At least `numerator/denominator` of a base, or more than that where `over`."""

    numerator: int
    denominator: int
    base: Base
    over: bool = False

    def of(self, count: int) -> int:
        """The least whole number that fulfils it.

        >>> Share(2, 3, Base.all).of(612), Share(1, 2, Base.votes, over=True).of(100)
        (408, 51)
        """
        if self.over:
            return count * self.numerator // self.denominator + 1
        return ceil_div(count * self.numerator, self.denominator)


@dataclass(frozen=True, slots=True)
class BodyRule:
    """How a body meets and resolves. `notice_days`: papers are open that many days before the meeting."""

    name: str
    name_en: str
    notice_days: int
    attend: Share
    approve: Share
    special: Mapping[ResolutionKind, Share]
    source: str


NONE: Mapping[ResolutionKind, Share] = MappingProxyType({})

RULES: Mapping[Body, BodyRule] = MappingProxyType(
    {
        Body.rceo_assembly: BodyRule(
            "成员大会",
            "members' assembly of the collective",
            10,
            Share(2, 3, Base.capable),
            Share(2, 3, Base.all),
            MappingProxyType({ResolutionKind.beneficiary: Share(3, 4, Base.all)}),
            "农村集体经济组织法 15、26、27、46",
        ),
        Body.rceo_board: BodyRule(
            "理事会",
            "board of the collective",
            0,
            Share(2, 3, Base.all),
            Share(1, 2, Base.all, over=True),
            NONE,
            "农村集体经济组织法 31",
        ),
        Body.coop_assembly: BodyRule(
            "成员大会",
            "members' assembly of the cooperative",
            15,
            Share(2, 3, Base.all),
            Share(1, 2, Base.votes, over=True),
            MappingProxyType({ResolutionKind.charter: Share(2, 3, Base.votes)}),
            "农民专业合作社法 22、30、40",
        ),
        Body.village_assembly: BodyRule(
            "村民会议(院坝会)",
            "villagers' assembly (courtyard meeting)",
            10,
            Share(1, 2, Base.capable, over=True),
            Share(1, 2, Base.present, over=True),
            NONE,
            "村民委员会组织法 21、22",
        ),
    }
)

# 农民专业合作社法 22: additional votes may not exceed 20 % of the members' basic votes.
EXTRA_VOTES = Share(1, 5, Base.all)


@dataclass(frozen=True, slots=True)
class Turnout:
    """Who could come and who came. `extra_votes`: a cooperative's additional votes."""

    members_all: int
    members_capable: int
    attended: int
    extra_votes: int = 0

    def count(self, base: Base) -> int:
        """The size of a base."""
        sizes = {
            Base.all: self.members_all,
            Base.capable: self.members_capable,
            Base.present: self.attended,
            Base.votes: self.members_all + self.extra_votes,
        }
        return sizes[base]


@dataclass(frozen=True, slots=True)
class Decision:
    """What was needed, what was there, and whether it carries."""

    attend_needed: int
    attended: int
    approve_needed: int
    votes_for: int

    @property
    def quorate(self) -> bool:
        """Enough came."""
        return self.attended >= self.attend_needed

    @property
    def passed(self) -> bool:
        """Enough came and enough approved."""
        return self.quorate and self.votes_for >= self.approve_needed


def decide(body: Body, kind: ResolutionKind, turnout: Turnout, votes_for: int) -> Decision:
    """Whether a resolution carries.

    A collective of 612 members, 120 of them minors: 328 of the 492 must attend, 408 of the 612 approve.

    >>> decide(Body.rceo_assembly, ResolutionKind.ordinary, Turnout(612, 492, 420), 408)
    Decision(attend_needed=328, attended=420, approve_needed=408, votes_for=408)
    >>> decide(Body.rceo_assembly, ResolutionKind.ordinary, Turnout(612, 492, 420), 407).passed
    False

    A cooperative of 90 members with 10 additional votes: 60 must attend, 51 of 100 votes carry, and
    67 for the charter.

    >>> decide(Body.coop_assembly, ResolutionKind.ordinary, Turnout(90, 90, 60, 10), 51).passed
    True
    >>> decide(Body.coop_assembly, ResolutionKind.charter, Turnout(90, 90, 60, 10), 51).approve_needed
    67

    A villagers' assembly of 300 adults: 151 must come, more than half of those present carry.

    >>> decide(Body.village_assembly, ResolutionKind.ordinary, Turnout(380, 300, 160), 81).passed
    True
    """
    rule = RULES[body]
    approve = rule.special.get(kind, rule.approve)
    return Decision(
        attend_needed=rule.attend.of(turnout.count(rule.attend.base)),
        attended=turnout.attended,
        approve_needed=approve.of(turnout.count(approve.base)),
        votes_for=votes_for,
    )


def digest_of(content: object) -> str:
    """SHA-256 of content made of JSON values: what stamps, resolutions and notices name.

    >>> digest_of({"b": 1, "a": [2, "三"]}) == digest_of({"a": [2, "三"], "b": 1})
    True
    """
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
