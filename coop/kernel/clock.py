"""The one place that reads the time. Business days are Asia/Shanghai dates; instants are aware UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Protocol
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    def now(self) -> datetime: ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(slots=True)
class ToldClock:
    """A clock that stands where it is told: the demo tells a past year, tests tell any."""

    day: date

    def now(self) -> datetime:
        return datetime.combine(self.day, time(10), SHANGHAI).astimezone(UTC)


def business_day(instant: datetime) -> date:
    """The village's calendar day of an instant: 2025-12-31T16:30Z is already 2026-01-01 in Shanghai."""
    return instant.astimezone(SHANGHAI).date()
