"""What programs are told of single fields, as templates, so that their readers' language has them.

A template is a message of a `FieldError` with `%(a)s`, `%(b)s`, ... where it has a figure or a name; the English is the
message's own. The last of them are the parser's (msgspec), as the kernel puts them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from hansa.web.i18n import N_

MESSAGES = frozenset(
    {
        N_("%(a)s cannot be left out"),
        N_("%(a)s cells wanted, %(b)s there"),
        N_("1 is Monday, 7 is Sunday"),
        N_("3 to 12 letters and digits."),
        N_("5 to 15 digits, perhaps with a leading +."),
        N_("A GLN has 13 digits, and the last one must fit"),
        N_("A GTIN's last digit must fit"),
        N_("A URL looks like https://example.com/hooks"),
        N_("A checkout has 1 to %(a)s lines"),
        N_("A code looks like missing_document"),
        N_("A country is two capital letters, as in ISO 3166-1"),
        N_("A country's two letters (ISO 3166-1)."),
        N_("A currency is a code of ISO 4217"),
        N_("A currency looks like EUR"),
        N_("A date looks like 2026-11-22"),
        N_("A day like 2026-11-20"),
        N_("A document is the id of a medium"),
        N_("A draft has 1 to %(a)s lines"),
        N_("A facet looks like option.glaze=celadon"),
        N_("A kind of sale has 1 to %(a)s characters"),
        N_("A language looks like en or zh-Hans"),
        N_("A language looks like en or zh-Hans."),
        N_("A line is named once"),
        N_("A line wants at least one piece"),
        N_("A list is gone through as the center tells it"),
        N_("A list is gone through once, not within another"),
        N_("A moment has an offset from UTC, and lies within our calendar"),
        N_("A page looks like https://example.com"),
        N_("A permission looks like trade.order.ship."),
        N_("A picture looks like: teapot celadon mist"),
        N_("A port is from 1 to 65535"),
        N_("A published template has no %(a)s"),
        N_("A published template has no filter %(a)s"),
        N_("A published template has no test %(a)s"),
        N_("A rule cannot begin in the past"),
        N_("A rule ends after it begins"),
        N_("A scheme looks like vat"),
        N_("A shop has no such account"),
        N_("A status code by RFC 3463, such as 5.1.1"),
        N_("A time looks like 09:30"),
        N_("A time says its zone"),
        N_("A time zone looks like Asia/Shanghai"),
        N_("A unit looks like g or mm"),
        N_("A value that a variant has stays"),
        N_("A whole number belongs here"),
        N_("After the beginning"),
        N_("After the start"),
        N_("All variants have one currency"),
        N_("All variants of a product have the same options"),
        N_("An IANA time zone, such as Asia/Shanghai"),
        N_("An area has 3 to %(a)s corners"),
        N_("An earlier row has the same product and options"),
        N_("An https address without a #part, or a loopback one"),
        N_("Another field has this name for programs"),
        N_("Another variant has the same options"),
        N_("At least %(a)s letters."),
        N_("At most %(a)s"),
        N_("At most %(a)s characters"),
        N_("At most %(a)s fields"),
        N_("At most %(a)s languages"),
        N_("At most %(a)s letters"),
        N_("At most %(a)s letters."),
        N_("At most %(a)s pictures"),
        N_("At most %(a)s rows"),
        N_("At most %(a)s rules and exceptions"),
        N_("At most %(a)s seconds"),
        N_("At most %(a)s values of one field"),
        N_("At most %(a)s variants"),
        N_("At most %(a)s."),
        N_("Both prices have one currency"),
        N_("Delete the endpoint instead"),
        N_("Duration is out of range"),
        N_("Each code only once"),
        N_("Each column only once"),
        N_("Each only once"),
        N_("Each picture once"),
        N_("Each picture only once"),
        N_("Either a card or sources"),
        N_("Either all of it is paid on delivery, or nothing"),
        N_("Either name each variant or give a matrix"),
        N_("From %(a)s to %(b)s"),
        N_("From -%(a)s to %(b)s"),
        N_("From 0 to %(a)s"),
        N_("From 0 to %(a)s metres"),
        N_("From 1 to %(a)s"),
        N_("From 1 to %(a)s at once"),
        N_("From 1 to %(a)s characters"),
        N_("From 1 to %(a)s letters"),
        N_("From 1 to %(a)s, each offer once"),
        N_("From 1 to %(a)s, with those there are"),
        N_("From 1 to 5"),
        N_("From 2 to %(a)s entries"),
        N_("From now to two years ahead."),
        N_("Goods are received or returned"),
        N_("Goods are sold in %(a)s here"),
        N_("Goods move to another place"),
        N_("Hours and minutes, such as 22:00"),
        N_("In steps of %(a)s from %(b)s"),
        N_("Integer value out of range"),
        N_("Invalid ISO8601 duration"),
        N_("Invalid RFC3339 encoded date"),
        N_("Invalid RFC3339 encoded datetime"),
        N_("Invalid RFC3339 encoded time"),
        N_("Invalid UUID"),
        N_("Invalid base64 encoded string"),
        N_("Invalid decimal string"),
        N_("Invalid enum value %(a)s"),
        N_("Invalid value %(a)s"),
        N_("It cannot be brought there"),
        N_("It is published or refused"),
        N_("Latitude is from -90 to 90, longitude from -180 to 180"),
        N_("Letters, digits and . / _ - of ASCII"),
        N_("Live events leave by https only"),
        N_("Measured goods have the quantity 1"),
        N_("Must be %(a)s"),
        N_("Must be %(a)s < %(b)s"),
        N_("Must be %(a)s <= %(b)s"),
        N_("Must be %(a)s > %(b)s"),
        N_("Must be %(a)s >= %(b)s"),
        N_("Must be %(a)s matching regex %(b)s"),
        N_("Must be %(a)s of length %(b)s, not %(c)s"),
        N_("Must be %(a)s of length <= %(b)s"),
        N_("Must be %(a)s of length >= %(b)s"),
        N_("Must be %(a)s that's a multiple of %(b)s"),
        N_("Must be %(a)s with a timezone component"),
        N_("Must be %(a)s with no timezone component"),
        N_("Must be %(a)s, not %(b)s"),
        N_("Must be a number of 64 bits"),
        N_("Must be after since"),
        N_("Name at least one"),
        N_("Name each SKU at each place once"),
        N_("Name each SKU once"),
        N_("Name either a shop or an app"),
        N_("Name the SKU by its id or by your code for it"),
        N_("No shop here, and nobody with such an account"),
        N_("Neither a name and password nor a fragment belongs here"),
        N_("Nobody asks this"),
        N_("Nobody knows %(a)s here"),
        N_("Nobody knows this capability here"),
        N_("Nobody says %(a)s here; there are %(b)s"),
        N_("Not below the minimum"),
        N_("Not zero, at most a billion"),
        N_("Nothing of this name is asked"),
        N_("Number out of range"),
        N_("One comes back to a page of this house."),
        N_("One known value for each option"),
        N_("Only choices and yes-or-no narrow lists"),
        N_("Only choices have these"),
        N_("Only what is settled is sent again"),
        N_("Price lists name it in another currency"),
        N_("Quiet hours end at another time than they start"),
        N_("Say how much"),
        N_("Say it in at least one language"),
        N_("Say which reason the words are about"),
        N_("Say where: lat and lon"),
        N_("Say why"),
        N_("Small letters, digits and hyphens, at most 48, no hyphen at the ends"),
        N_("Small letters, digits and underscores, at most 48: spam, off_topic"),
        N_("Small letters, digits, - and _"),
        N_("Some known values of the options"),
        N_("Somebody has made this product in the meantime"),
        N_("The amount is too large"),
        N_("The app did not ask for this"),
        N_("The edges of an area do not meet each other"),
        N_("The first row of a product says this"),
        N_("The number of a message"),
        N_("The offer is in %(a)s"),
        N_("The options of a product stay; only values are added"),
        N_("The product is there, but has no such variant"),
        N_("The report names no message to take down"),
        N_("The words say this"),
        N_("There is no field of this name here"),
        N_("There is no such category"),
        N_("There is no such column"),
        N_("There is no such type of event"),
        N_("There is no type of event called %(a)s"),
        N_("There is no way of delivery %(a)s here"),
        N_("These are some of the choices"),
        N_("These hours overlap with others"),
        N_("This address is not on the internet"),
        N_("This cannot be empty"),
        N_("This cannot be given to an app here"),
        N_("This column is missing"),
        N_("This day is there already"),
        N_("This does not look as it should"),
        N_("This has characters that cannot be kept"),
        N_("This holds letters that cannot be printed."),
        N_("This is a day, like 2026-11-22"),
        N_("This is a decimal number written as a text, like 1.5"),
        N_("This is a reason of the other side"),
        N_("This is a text"),
        N_("This is a whole number"),
        N_("This is measured in %(a)s"),
        N_("This is missing"),
        N_("This is missing."),
        N_("This is nested too deep"),
        N_("This is no JSON object"),
        N_("This is no base 64"),
        N_("This is no freight"),
        N_("This is no price"),
        N_("This is no reason for a correction"),
        N_("This is no template: %(a)s"),
        N_("This is none of the choices"),
        N_("This is not an e-mail address."),
        N_("This is sold by the piece"),
        N_("This is true or false"),
        N_("This was not sent along"),
        N_("This would be the first guess."),
        N_("Timestamp is out of range"),
        N_("Together they make more than %(a)s variants"),
        N_("Up to 60 letters, digits and . / _ -"),
        N_("Upload each picture first, and show it once"),
        N_("Use port 443, 80 or one from 1024 on"),
    }
)

KINDS = frozenset(
    {
        N_("a whole number"),
        N_("a number"),
        N_("a text"),
        N_("true or false"),
        N_("a list"),
        N_("an object"),
        N_("null"),
        N_("a time (RFC 3339)"),
        N_("a date"),
        N_("a UUID"),
        N_("bytes"),
        N_("decimal"),
        N_("duration"),
        N_("time"),
    }
)
"""What a value must be, or is instead."""

EITHER = N_("%(one)s or %(other)s")

_LETTERS_MAX = 1_000
"""Longer messages repeat what was sent at length; they stay as they are."""


class Said(NamedTuple):
    """A message as it was made: its template, and what stands in it."""

    template: str
    values: Mapping[str, str]


class _Shape(NamedTuple):
    template: str
    pattern: re.Pattern[str]


def read(message: str) -> Said | None:
    """Return the template of a message, None for one that is none of ours."""
    message = message.strip()  # the parser leaves a space behind some
    if message in MESSAGES:
        return Said(message, {})
    if len(message) > _LETTERS_MAX:
        return None
    for template, pattern in _SHAPES:
        if found := pattern.fullmatch(message):
            return Said(template, found.groupdict())
    return None


def kinds_of(value: str) -> Sequence[str] | None:
    """Return the kinds that a value of a message names (`a text`, or `int | str` as the parser has several)."""
    if value in KINDS:
        return [value]
    several = [_SHORT.get(one) for one in value.strip("`").split(" | ")]
    return [one for one in several if one] if value.startswith("`") and all(several) else None


_SHORT = {
    "int": "a whole number",
    "float": "a number",
    "str": "a text",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
    "datetime": "a time (RFC 3339)",
    "date": "a date",
    "uuid": "a UUID",
    "decimal": "decimal",
    "duration": "duration",
    "time": "time",
    "bytes": "bytes",
}
_COUNTS = ("At least ", "At most ", "From ")
"""What stands in these are figures: a sentence that goes on otherwise is none of ours."""

_PLACE = re.compile(r"%\(([a-z])\)s")


def _shape(template: str) -> _Shape:
    pieces = _PLACE.split(template)
    value = r"[\d.]+" if template.startswith(_COUNTS) else ".+"
    pattern = "".join(
        f"(?P<{piece}>{value})" if at % 2 else re.escape(piece) for at, piece in enumerate(pieces)
    )
    return _Shape(template, re.compile(pattern, re.DOTALL))


_SHAPES = tuple(
    _shape(template)
    for template in sorted(MESSAGES, key=lambda one: (-len(_PLACE.sub("", one)), one))
    if _PLACE.search(template)
)
"""The most particular first: `At most 5 pictures` is no number of something else."""
