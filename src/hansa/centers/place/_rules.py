from __future__ import annotations

import math
import re
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from hansa.centers.place.types import Hours, Location, Opening
from hansa.kernel.problem import FieldError
from hansa.kernel.texts import Texts, plain_errors, text_errors

NAME_MAX = 120
ADDRESS_MAX = 500
OPENINGS_MAX = 70

_EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of the earth (IUGG): a sphere is at most 0.5 % off, enough to rank places."""

_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


def distance_m(a: Location, b: Location) -> float:
    """Return the great-circle distance in metres (haversine, which keeps its digits for near points)."""
    lat_a, lat_b = math.radians(a.lat), math.radians(b.lat)
    half_lat = (lat_b - lat_a) / 2
    half_lon = math.radians(b.lon - a.lon) / 2
    h = math.sin(half_lat) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin(half_lon) ** 2
    return 2 * _EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(h)))


def gln_valid(gln: str) -> bool:
    """Tell whether a text is a Global Location Number: 13 digits, the last one GS1's mod-10 check digit."""
    if len(gln) != 13 or not (gln.isascii() and gln.isdigit()):
        return False
    weighed = sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(gln[:12]))
    return int(gln[12]) == -weighed % 10


def open_at(hours: Hours, at: datetime) -> bool:
    """Tell whether a place with these hours is open at an instant."""
    local = at.astimezone(ZoneInfo(hours.timezone))
    clock = local.time().replace(tzinfo=None)
    today, yesterday = local.isoweekday(), (local - timedelta(days=1)).isoweekday()
    for opening in hours.week:
        opens, closes = _time(opening.opens), _time(opening.closes)
        if closes > opens:
            if opening.day == today and opens <= clock < closes:
                return True
        # Past midnight: the evening belongs to its own day, the small hours to the next.
        elif (opening.day == today and clock >= opens) or (opening.day == yesterday and clock < closes):
            return True
    return False


def place_errors(
    *, name: Texts, address: str, location: Location | None, gln: str | None, hours: Hours | None
) -> list[FieldError]:
    """Say what is wrong with a place, every field at once."""
    errors = text_errors("name", name, length_max=NAME_MAX)
    errors += plain_errors("address", address, length_max=ADDRESS_MAX)
    if location is not None and not _on_earth(location):
        errors.append(
            FieldError("location", "range", "Latitude is from -90 to 90, longitude from -180 to 180")
        )
    if gln is not None and not gln_valid(gln):
        errors.append(FieldError("gln", "check_digit", "A GLN has 13 digits, and the last one must fit"))
    return errors + (_hours_errors(hours) if hours else [])


def _hours_errors(hours: Hours) -> list[FieldError]:
    errors = []
    if hours.timezone not in available_timezones():
        errors.append(FieldError("hours.timezone", "unknown", "A time zone looks like Asia/Shanghai"))
    if len(hours.week) > OPENINGS_MAX:
        errors.append(FieldError("hours.week", "too_many", f"At most {OPENINGS_MAX}"))
        return errors
    for at, opening in enumerate(hours.week):
        if not 1 <= opening.day <= 7:
            errors.append(FieldError(f"hours.week.{at}.day", "range", "1 is Monday, 7 is Sunday"))
        errors += [
            FieldError(f"hours.week.{at}.{field}", "pattern", "A time looks like 09:30")
            for field in ("opens", "closes")
            if not _CLOCK.fullmatch(getattr(opening, field))
        ]
    return errors or _overlaps(hours.week)


def _overlaps(week: Iterable[Opening]) -> list[FieldError]:
    """Refuse stretches that overlap, the one from Sunday into Monday too."""
    stretches = []
    for at, opening in enumerate(week):
        begin = (opening.day - 1) * 1440 + _minutes(opening.opens)
        length = (_minutes(opening.closes) - _minutes(opening.opens)) % 1440 or 1440
        stretches.append((begin, begin + length, at))
    stretches.sort()
    wrapped = [(begin + 7 * 1440, end + 7 * 1440, at) for begin, end, at in stretches[:1]]
    after = stretches[1:] + wrapped if len(stretches) > 1 else []
    return [
        FieldError(f"hours.week.{at}", "overlap", "These hours overlap with others")
        for (_, end, _), (begin, _, at) in zip(stretches, after, strict=False)
        if begin < end
    ]


def _on_earth(location: Location) -> bool:
    # Comparisons with NaN are false, so NaN is not on earth.
    return -90 <= location.lat <= 90 and -180 <= location.lon <= 180


def _time(clock: str) -> time:
    return time.fromisoformat(clock)


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)
