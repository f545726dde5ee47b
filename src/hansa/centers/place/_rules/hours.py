"""Opening hours: from a week on a wall clock to instants.

What a wall clock shows is turned into an instant once, at either end of a stretch, so that stretches are as long
as they really are on the days when clocks are changed. An hour that is shown twice counts the first time; an
hour that is left out counts as the moment of the change.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hansa.centers.place.types import Hours

_HORIZON_DAYS = 400
"""How far ahead an opening is looked for: a place that opens once a year is found."""

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)

Span = tuple[datetime, datetime]


def open_at(hours: Hours, at: datetime) -> bool:
    """Tell whether a place with these hours is open at an instant."""
    return any(opens <= at < closes for opens, closes in _spans(hours, at, days=2))


def open_until(hours: Hours, at: datetime) -> datetime | None:
    """Return when a place that is open closes; None when it is closed, or closes not within a year."""
    for opens, closes in _joined(_spans(hours, at, days=_HORIZON_DAYS)):
        if at < closes:
            return closes if opens <= at and closes - at < (_HORIZON_DAYS - 7) * _DAY else None
    return None


def next_opening(hours: Hours, at: datetime) -> datetime | None:
    """Return when a place opens next, later than an instant; None when it does not within a year."""
    for opens, _ in _joined(_spans(hours, at, days=_HORIZON_DAYS)):
        if opens > at:
            return opens
    return None


def _spans(hours: Hours, at: datetime, *, days: int) -> Iterator[Span]:
    """Yield the stretches that begin from the day before `at` on, in order of their beginning."""
    zone = ZoneInfo(hours.timezone)
    special = {day.date: day.stretches for day in hours.special}
    week: dict[int, list[tuple[str, str]]] = {}
    for opening in hours.week:
        week.setdefault(opening.day, []).append((opening.opens, opening.closes))
    first = at.astimezone(zone).date() - _DAY
    for day in (first + n * _DAY for n in range(days)):
        if day in special:
            stretches = [(one.opens, one.closes) for one in special[day]]
        else:
            stretches = week.get(day.isoweekday(), [])
        for opens, closes in sorted(stretches):
            begin = _instant(day, opens, zone)
            end = _instant(day + _DAY if closes <= opens else day, closes, zone)
            if begin < end:
                yield begin, end


def _joined(spans: Iterator[Span]) -> Iterator[Span]:
    """Join stretches that touch or overlap: whoever stands there sees one opening."""
    held: Span | None = None
    for opens, closes in spans:
        if held is not None and opens <= held[1]:
            held = (held[0], max(held[1], closes))
            continue
        if held is not None:
            yield held
        held = (opens, closes)
    if held is not None:
        yield held


def _instant(day: date, clock: str, zone: ZoneInfo) -> datetime:
    """Return the first instant at which a wall clock shows a time, or passes over it."""
    shown = datetime.combine(day, time.fromisoformat(clock), zone)
    instant = shown.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == shown.replace(tzinfo=None):
        return instant
    # The clock was put forward over this time: find the moment, between the offsets before and after it.
    before = shown.replace(fold=1).astimezone(UTC)
    offset_before = before.astimezone(zone).utcoffset()
    while instant - before > _SECOND:
        middle = before + (instant - before) / 2
        if middle.astimezone(zone).utcoffset() == offset_before:
            before = middle
        else:
            instant = middle
    return (before + _SECOND).replace(microsecond=0) if before.microsecond else instant.replace(microsecond=0)
