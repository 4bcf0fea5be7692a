"""Pure decisions of governance: who may decide what, what a digest names, and what of a notice the internet may read."""

from coop.governance.rules.internet import SMALLEST_GROUP, internet_body, personal_places
from coop.governance.rules.votes import (
    EXTRA_VOTES,
    RULES,
    Base,
    Body,
    BodyRule,
    Decision,
    ResolutionKind,
    Share,
    Turnout,
    decide,
    digest_of,
)

__all__ = [
    "EXTRA_VOTES",
    "RULES",
    "SMALLEST_GROUP",
    "Base",
    "Body",
    "BodyRule",
    "Decision",
    "ResolutionKind",
    "Share",
    "Turnout",
    "decide",
    "digest_of",
    "internet_body",
    "personal_places",
]
