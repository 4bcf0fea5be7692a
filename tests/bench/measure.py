"""Timing two things in turn and telling their ratio. A ratio of one run says more than seconds of another day."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

Act = Callable[[], object]
ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Result:
    """`ratio` is ours : peer where smaller is better, peer : ours for rates (`rate` tells which)."""

    goal_id: str
    what: str
    peer: str
    ours_s: float
    peer_s: float
    count: int
    goal: float
    rate: bool = False

    @property
    def ratio(self) -> float:
        return self.peer_s / self.ours_s if self.rate else self.ours_s / self.peer_s

    @property
    def met(self) -> bool:
        return self.ratio >= self.goal if self.rate else self.ratio <= self.goal

    def __str__(self) -> str:
        sign, verdict = (">=" if self.rate else "<="), ("met" if self.met else "missed")
        per = f"{self.count / self.ours_s:,.0f} /s" if self.count > 1 else f"{self.ours_s * 1000:,.2f} ms"
        return (
            f"{self.goal_id:<3} {self.what:<58} {per:>14}   {self.ratio:7.2f} x {self.peer:<46} "
            f"goal {sign} {self.goal:g}  {verdict}"
        )


def in_turn(ours: Act, peer: Act, *, rounds: int = ROUNDS) -> tuple[float, float]:
    """Median seconds of both, run in turn after one warm-up each."""
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds + 1):
        for act, found in zip((ours, peer), times, strict=True):
            gc.collect()
            begin = time.perf_counter()
            act()
            if number:
                found.append(time.perf_counter() - begin)
    return statistics.median(times[0]), statistics.median(times[1])
