"""Quiet hours: until when a mail that can wait does."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from hansa.centers.message.types import QuietHours
from hansa.kernel.problem import FieldError


def quiet_until(now: datetime, quiet: QuietHours | None) -> datetime | None:
    """Return when the quiet hours end that `now` lies in, None when it lies in none.

    By the clock on the wall: where clocks are put forward or back in the night, the night is shorter or longer.
    """
    if quiet is None:
        return None
    zone = ZoneInfo(quiet.time_zone)
    today = now.astimezone(zone).date()
    ends_later = quiet.ends <= quiet.starts  # over midnight
    for day in (today - timedelta(days=1), today):
        start = _at(day, quiet.starts, zone)
        end = _at(day + timedelta(days=ends_later), quiet.ends, zone)
        if start <= now < end:
            return end
    return None


def quiet_errors(quiet: QuietHours) -> list[FieldError]:
    """Say what is wrong with quiet hours, every field at once."""
    errors = []
    if quiet.time_zone not in _zones():
        errors.append(FieldError("time_zone", "unknown", "An IANA time zone, such as Asia/Shanghai"))
    for name, at in (("starts", quiet.starts), ("ends", quiet.ends)):
        if at.tzinfo is not None or at.second or at.microsecond:
            errors.append(FieldError(name, "format", "Hours and minutes, such as 22:00"))
    if quiet.starts == quiet.ends:
        errors.append(FieldError("ends", "range", "Quiet hours end at another time than they start"))
    return errors


def _at(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, zone).astimezone(UTC)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
