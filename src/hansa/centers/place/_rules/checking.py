"""What is wrong with a place, every field at once."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from zoneinfo import available_timezones

from hansa.centers.place._rules.sphere import crosses_itself
from hansa.centers.place._rules.words import gln_valid, is_country
from hansa.centers.place.types import Capability, Hours, Location, Opening, SpecialDay
from hansa.kernel.problem import FieldError
from hansa.kernel.texts import Texts, plain_errors, text_errors

NAME_MAX = 120
ADDRESS_MAX = 500
POSTAL_CODE_MAX = 20
OPENINGS_MAX = 70
SPECIAL_DAYS_MAX = 400
STRETCHES_MAX = 10
CORNERS_MAX = 100
CAPABILITIES_MAX = 40

_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_DAY_MINUTES = 1440


def place_errors(
    *,
    name: Texts,
    address: str,
    location: Location | None,
    gln: str | None,
    hours: Hours | None,
    country: str | None = None,
    postal_code: str | None = None,
    area: Sequence[Location] | None = None,
    capabilities: Collection[str] = (),
    vocabulary: Collection[str] = frozenset(Capability),
) -> list[FieldError]:
    """Say what is wrong with a place, every field at once."""
    errors = text_errors("name", name, length_max=NAME_MAX)
    errors += plain_errors("address", address, length_max=ADDRESS_MAX)
    if country is not None and not is_country(country):
        errors.append(FieldError("country", "pattern", "A country is two capital letters, as in ISO 3166-1"))
    if postal_code is not None:
        errors += plain_errors("postal_code", postal_code, length_max=POSTAL_CODE_MAX)
    if location is not None and not _on_earth(location):
        errors.append(
            FieldError("location", "range", "Latitude is from -90 to 90, longitude from -180 to 180")
        )
    errors += [] if area is None else _area_errors(area)
    if gln is not None and not gln_valid(gln):
        errors.append(FieldError("gln", "check_digit", "A GLN has 13 digits, and the last one must fit"))
    if len(capabilities) > CAPABILITIES_MAX:
        errors.append(FieldError("capabilities", "too_many", f"At most {CAPABILITIES_MAX}"))
    elif unknown := sorted(set(capabilities) - set(vocabulary)):
        errors.append(FieldError("capabilities", "unknown", f"Nobody knows {unknown[0][:40]!r} here"))
    return errors + (_hours_errors(hours) if hours else [])


def _area_errors(area: Sequence[Location]) -> list[FieldError]:
    if not 3 <= len(area) <= CORNERS_MAX:
        return [FieldError("area", "corners", f"An area has 3 to {CORNERS_MAX} corners")]
    if not all(_on_earth(corner) for corner in area):
        return [FieldError("area", "range", "Latitude is from -90 to 90, longitude from -180 to 180")]
    if crosses_itself(area):
        return [FieldError("area", "crosses", "The edges of an area do not meet each other")]
    return []


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
        errors += _clock_errors(f"hours.week.{at}", opening.opens, opening.closes)
    errors += _special_errors(hours.special)
    return errors or _overlaps(hours.week)


def _special_errors(special: Sequence[SpecialDay]) -> list[FieldError]:
    if len(special) > SPECIAL_DAYS_MAX:
        return [FieldError("hours.special", "too_many", f"At most {SPECIAL_DAYS_MAX}")]
    errors = []
    seen = set()
    for at, day in enumerate(special):
        if day.date in seen:
            errors.append(FieldError(f"hours.special.{at}.date", "twice", "This day is there already"))
        seen.add(day.date)
        if len(day.stretches) > STRETCHES_MAX:
            errors.append(FieldError(f"hours.special.{at}.stretches", "too_many", f"At most {STRETCHES_MAX}"))
            continue
        for n, one in enumerate(day.stretches):
            errors += _clock_errors(f"hours.special.{at}.stretches.{n}", one.opens, one.closes)
    return errors


def _clock_errors(where: str, opens: str, closes: str) -> list[FieldError]:
    return [
        FieldError(f"{where}.{field}", "pattern", "A time looks like 09:30")
        for field, clock in (("opens", opens), ("closes", closes))
        if not _CLOCK.fullmatch(clock)
    ]


def _overlaps(week: Iterable[Opening]) -> list[FieldError]:
    """Refuse stretches that overlap, the one from Sunday into Monday too."""
    stretches = []
    for at, opening in enumerate(week):
        begin = (opening.day - 1) * _DAY_MINUTES + _minutes(opening.opens)
        length = (_minutes(opening.closes) - _minutes(opening.opens)) % _DAY_MINUTES or _DAY_MINUTES
        stretches.append((begin, begin + length, at))
    stretches.sort()
    wrapped = [(begin + 7 * _DAY_MINUTES, end + 7 * _DAY_MINUTES, at) for begin, end, at in stretches[:1]]
    after = stretches[1:] + wrapped if len(stretches) > 1 else []
    return [
        FieldError(f"hours.week.{at}", "overlap", "These hours overlap with others")
        for (_, end, _), (begin, _, at) in zip(stretches, after, strict=False)
        if begin < end
    ]


def _on_earth(location: Location) -> bool:
    # Comparisons with NaN are false, so NaN is not on earth.
    return -90 <= location.lat <= 90 and -180 <= location.lon <= 180


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)
