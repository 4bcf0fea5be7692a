"""A split's problem as text that is kept, and the hash of its answer: whoever has the text gets the same grams again.

The text is what `coop split` reads, so a villager's nephew can work it out again at home.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from coop.splitting.rules.values import Candidate, Problem, Split

RULE = "adams-1"
"""The version of the rule (design §7). Another rule has another name, and old runs keep theirs."""


def document(problem: Problem) -> str:
    """The problem in the JSON of `coop split`, candidates by id; what is at its default is left out.

    >>> print(document(Problem(25, 10, (Candidate("B", 40, prior=5), Candidate("A", 40, locked=10)))))
    {"order_g": 25, "lot_g": 10, "candidates": [{"id": "A", "capacity_g": 40, "locked_g": 10}, \
{"id": "B", "capacity_g": 40, "prior_g": 5}]}
    """
    return json.dumps(
        {
            "order_g": problem.order,
            "lot_g": problem.lot,
            "candidates": [_candidate(each) for each in sorted(problem.candidates, key=lambda c: c.id)],
        },
        ensure_ascii=False,
    )


def _candidate(candidate: Candidate) -> dict[str, Any]:
    found: dict[str, Any] = {"id": candidate.id, "capacity_g": candidate.capacity}
    if candidate.weight != 1:
        found["weight"] = f"{candidate.weight.normalize():f}"
    if candidate.prior:
        found["prior_g"] = candidate.prior
    if candidate.minimum:
        found["minimum_g"] = candidate.minimum
    if candidate.locked is not None:
        found["locked_g"] = candidate.locked
    if not candidate.eligible:
        found["eligible"] = False
    return found


def fingerprint(result: Split) -> str:
    """SHA-256 of every share with its reason, and of what found no room.

    >>> from coop.splitting.rules.engine import split
    >>> same = [fingerprint(split(Problem(25, 10, people))) for people in (
    ...     (Candidate("A", 40), Candidate("B", 40)), (Candidate("B", 40), Candidate("A", 40)))]
    >>> same[0] == same[1]
    True
    """
    shares = [(share.id, share.quantity, share.reason.value) for share in result.shares]
    return hashlib.sha256(json.dumps([shares, result.shortfall]).encode()).hexdigest()
