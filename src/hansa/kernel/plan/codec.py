"""Manifests as plain values: published configurations in JSON (rows, the console) and TOML (files).

    path = "flagship.tea"
    title = { en = "The Tea Club" }

    [terms.deadlines]
    pay = "15 minutes"

    [plays.flash_sale]
    per_user = 2

A length of time may also be written as ISO 8601 has it (`PT15M`), which is how JSON holds it. Terms and plays go by their registered names, with only the fields that are stated. Functions (`extends`)
live in packages and are never part of a configuration.
"""

from __future__ import annotations

import enum
import json
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import timedelta
from typing import Any, get_args

import msgspec

from hansa.kernel.business import PATH_LENGTH_MAX, PATH_PATTERN, Business, InstalledPlay, Play, Quota
from hansa.kernel.context import Traffic
from hansa.kernel.problem import FieldError, Invalid, Malformed
from hansa.kernel.spans import from_words, in_words
from hansa.kernel.term import Term, stated, term_name
from hansa.kernel.texts import storable

Plain = dict[str, Any]

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_DOCUMENT_BYTES_MAX = 262_144
_TYPES: dict[str, Any] = {
    "title": dict[str, str] | str,
    "texts": dict[str, dict[str, str]],
    "currency": str,
    "languages": list[str],
    "entity": str,
    "traffic": Traffic | None,
    "hosts": list[str],
    "look": dict[str, Any],
}


class Codec:
    """Reads and writes manifests; knows the registered terms and plays."""

    def __init__(
        self, *, terms: Iterable[type[Term]], plays: Iterable[Play[Any, Any]], spoken: Iterable[str] = ()
    ) -> None:
        self._terms = {term_name(kind): kind for kind in terms}
        self._plays = {play.name: play for play in plays}
        self._spoken = sorted(spoken)

    def plain(self, business: Business) -> Plain:
        """Return a manifest as JSON values, without what is left empty.

        Raises `Invalid` for one with functions of its own: those live in packages.
        """
        return self._plain(business, msgspec.to_builtins)

    def _plain(self, business: Business, values: Callable[[Any], Any]) -> Plain:
        if business.extends:
            message = "Functions live in packages; a published configuration cannot hold them"
            raise Invalid(FieldError("extends", "not_publishable", message))
        found: Plain = {"path": business.path}
        for name in _TYPES:
            value = getattr(business, name)
            if value:
                found[name] = msgspec.to_builtins(value)
        terms = {term_name(type(term)): values(stated(term)) for term in business.terms}
        plays = {installed.play.name: values(_fields_of(installed.params)) for installed in business.plays}
        quota = {
            key: value for key, value in msgspec.to_builtins(business.quotas).items() if value is not None
        }
        extra = {"terms": terms, "plays": plays, "quotas": quota}
        return found | {name: value for name, value in extra.items() if value}

    def business(self, plain: object) -> Business:
        """Read a manifest from JSON values. Raises `Invalid` with every field that is wrong, at once."""
        if not isinstance(plain, Mapping):
            raise Invalid(FieldError("", "type", "A manifest is a table of fields"))
        known = {field.name for field in fields(Business)} - {"extends"}
        errors = [
            FieldError(str(name), "unknown", "A manifest has no such field")
            for name in plain
            if name not in known
        ]
        read = {
            name: _converted(plain[name], kind, name, errors)
            for name, kind in _TYPES.items()
            if name in plain
        }
        self._refuse_empty(read, errors)
        path = plain.get("path", "")
        if not isinstance(path, str) or not re.fullmatch(PATH_PATTERN, path) or len(path) > PATH_LENGTH_MAX:
            errors.append(FieldError("path", "path", "A path is words of a-z, 0-9 and -, joined by dots"))
        terms = self._named(plain, "terms", self._terms, errors, lambda kind, values: kind(**values))
        plays = self._named(plain, "plays", self._plays, errors, _installed)
        quota = self._fields(Quota, plain.get("quotas", {}), "quotas", errors)
        _refuse_unstorable(plain, "", errors)
        if errors:
            raise Invalid(*errors)
        return Business(path, terms=terms, plays=plays, quotas=Quota(**quota), **read)

    def _refuse_empty(self, read: Plain, errors: list[FieldError]) -> None:
        """Refuse fields that say nothing: whoever wants what the parent has leaves the field out."""
        there = f" of {', '.join(self._spoken)}" if self._spoken else ""
        wanted = {
            "title": "what people call it",
            "currency": "an ISO 4217 code",
            "languages": f"at least one language{there}",
            "entity": "the legal entity that keeps the books",
        }
        errors += [
            FieldError(name, "empty", f"This is {meant}, or is left out to be inherited")
            for name, meant in wanted.items()
            if read.get(name) in ("", [], {})
        ]

    def read_json(self, text: str | bytes) -> Business:
        """Read one manifest from JSON. Raises `Malformed` or `Invalid`."""
        try:
            return self.business(msgspec.json.decode(_sized(text)))
        except msgspec.DecodeError as error:
            raise Malformed(str(error)) from None

    def read_toml(self, text: str) -> Business:
        """Read one manifest from TOML. Raises `Malformed` or `Invalid`."""
        try:
            return self.business(tomllib.loads(_sized(text)))
        except tomllib.TOMLDecodeError as error:
            raise Malformed(str(error)) from None

    def json(self, business: Business) -> bytes:
        """Write one manifest as JSON."""
        return msgspec.json.encode(self.plain(business))

    def toml(self, business: Business) -> str:
        """Write one manifest as TOML."""
        return "\n".join(_toml_table(self._plain(business, _for_people), ())).strip() + "\n"

    def _named(
        self,
        plain: Mapping[str, Any],
        where: str,
        registered: Mapping[str, Any],
        errors: list[FieldError],
        make: Callable[[Any, Plain], Any],
    ) -> list[Any]:
        """Read a table of registered things (terms, plays), each with its typed fields."""
        table = plain.get(where, {})
        if not isinstance(table, Mapping):
            errors.append(FieldError(where, "type", "This is a table by name"))
            return []
        made = []
        for name, values in table.items():
            kind = registered.get(name)
            if kind is None:
                choices = ", ".join(sorted(registered)) or "none"
                errors.append(
                    FieldError(f"{where}.{name}", "unknown", f"Not registered here; there are: {choices}")
                )
                continue
            struct = kind.params if isinstance(kind, Play) else kind
            before = len(errors)
            read = self._fields(struct, values, f"{where}.{name}", errors)
            if len(errors) == before:
                try:
                    made.append(make(kind, read))
                except (TypeError, ValueError) as error:
                    errors.append(FieldError(f"{where}.{name}", "value", str(error)))
        return made

    def _fields(self, struct: Any, values: Any, where: str, errors: list[FieldError]) -> Plain:
        """Convert each field by its type; every wrong one is named."""
        if not isinstance(values, Mapping):
            errors.append(FieldError(where, "type", "This is a table of fields"))
            return {}
        declared = {field.encode_name: field for field in msgspec.structs.fields(struct)}
        read = {}
        for name, value in values.items():
            field = declared.get(name)
            if field is None:
                choices = ", ".join(declared) or "none"
                errors.append(
                    FieldError(f"{where}.{name}", "unknown", f"There is no such field; there are: {choices}")
                )
            else:
                read[field.name] = _converted(value, field.type, f"{where}.{name}", errors)
        for name, field in declared.items():
            if field.required and name not in values:
                errors.append(FieldError(f"{where}.{name}", "required", "This must be said"))
        return read


def _installed(play: Play[Any, Any], values: Plain) -> InstalledPlay:
    return play(**values)


def _fields_of(params: msgspec.Struct) -> Plain:
    return {field.encode_name: getattr(params, field.name) for field in msgspec.structs.fields(params)}


def _for_people(values: Plain) -> Plain:
    """Return values with lengths of time as people write them."""
    lengths = {name: in_words(value) for name, value in values.items() if isinstance(value, timedelta)}
    return {**msgspec.to_builtins(values), **lengths}


def _converted(value: Any, kind: Any, where: str, errors: list[FieldError]) -> Any:
    if isinstance(value, str) and timedelta in (kind, *get_args(kind)):
        value = from_words(value) or value
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        message, _, place = str(error).partition(" - at `$")
        errors.append(FieldError(where + place.rstrip("`"), "type", _plainer(message, kind)))
        return None


def _plainer(message: str, kind: Any) -> str:
    """Say what would be right, where the converter says only that something is wrong."""
    if "duration" in message:
        return "A length of time is written so: 15 minutes, 36 hours, 7 days"
    kinds: list[Any] = [part for part in (kind, *get_args(kind)) if isinstance(part, enum.EnumMeta)]
    choices = [one for part in kinds for one in part]
    if choices and message.startswith("Invalid enum value"):
        return f"{message}; there are: {', '.join(str(one.value) for one in choices)}"
    return message


def _refuse_unstorable(value: Any, where: str, errors: list[FieldError]) -> None:
    """Refuse text that PostgreSQL cannot keep, wherever it stands."""
    if isinstance(value, str) and not storable(value):
        errors.append(FieldError(where, "characters", "This has characters that cannot be kept"))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            _refuse_unstorable(key, where, errors)
            _refuse_unstorable(item, f"{where}.{key}".lstrip("."), errors)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for place, item in enumerate(value):
            _refuse_unstorable(item, f"{where}.{place}", errors)


def _sized(text: Any) -> Any:
    if len(text) > _DOCUMENT_BYTES_MAX:
        raise Malformed(f"A manifest is at most {_DOCUMENT_BYTES_MAX} bytes")
    return text


def _toml_table(table: Mapping[str, Any], above: tuple[str, ...]) -> list[str]:
    """Write a table: plain values first, then its sub-tables under their own headings."""
    plain = {key: value for key, value in table.items() if not isinstance(value, Mapping)}
    tables = {key: value for key, value in table.items() if isinstance(value, Mapping)}
    lines = []
    if above and (plain or not tables):
        lines.append(f"[{'.'.join(_toml_key(key) for key in above)}]")
    lines += [f"{_toml_key(key)} = {_toml_value(value)}" for key, value in plain.items() if value is not None]
    for key, value in tables.items():
        lines += ["", *_toml_table(value, (*above, key))]
    return lines


def _toml_key(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else toml_text(key)


def _toml_value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_toml_key(k)} = {_toml_value(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml_value, value)) + "]"
    return toml_text(value)


def toml_text(value: object) -> str:
    """Return a text, number or boolean as TOML writes it: as in JSON, but for one character that it wants escaped."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
