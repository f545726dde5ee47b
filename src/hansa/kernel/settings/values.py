"""From a text of the environment, or a value of TOML, to a typed value; or the sentence that says why not."""

from __future__ import annotations

import enum
import re
import types
import typing
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import msgspec

_DURATION = re.compile(r"([0-9]{1,12}(?:\.[0-9]+)?)(ms|s|m|h|d)")
_UNIT_S = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_TRUE: Final = frozenset({"true", "yes", "on", "1"})
_FALSE: Final = frozenset({"false", "no", "off", "0"})


class Secret:
    """A text that is never shown: printing, logging and comparing errors show stars; `reveal()` gives it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the secret itself, for the one place that needs it."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(***)"

    def __str__(self) -> str:
        return "***"

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)


class ValueWrong(ValueError):
    """A value does not fit; `str()` continues a sentence: "must be ..."."""


def bare(kind: Any) -> tuple[Any, bool]:
    """Take `Annotated` and `| None` off a field's type: the type inside, and whether it may be absent."""
    if typing.get_origin(kind) is typing.Annotated:
        kind = typing.get_args(kind)[0]
    if typing.get_origin(kind) in (types.UnionType, typing.Union):
        inside = [part for part in typing.get_args(kind) if part is not types.NoneType]
        if len(inside) == 1:
            return bare(inside[0])[0], True
    return kind, False


def read(kind: Any, value: Any) -> Any:
    """Convert a text or a TOML value to `kind`, constraints included. Raises `ValueWrong`."""
    inner, _optional = bare(kind)
    prepared = _prepare(inner, value)
    try:
        return msgspec.convert(prepared, kind, dec_hook=_custom)
    except msgspec.ValidationError as wrong:
        raise ValueWrong(wanted(kind)) from wrong


def _prepare(inner: Any, value: Any) -> Any:
    """Bring a value to what the type's strict conversion accepts; what it cannot read, it leaves alone."""
    if isinstance(value, str):
        return _prepare_text(inner, value.strip())
    if inner is timedelta and isinstance(value, int | float) and not isinstance(value, bool):
        return timedelta(seconds=value)
    return value


def _prepare_text(inner: Any, text: str) -> Any:
    prepared: Any = text
    if inner is timedelta:
        prepared = _duration(text)
    elif inner is bool and text.lower() in _TRUE | _FALSE:
        prepared = text.lower() in _TRUE
    elif inner is int and re.fullmatch(r"[+-]?[0-9]{1,18}", text):
        prepared = int(text)
    elif inner is float and re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?", text):
        prepared = float(text)
    elif typing.get_origin(inner) is tuple:
        item = typing.get_args(inner)[0]
        prepared = [_prepare(item, part) for part in text.split(",") if part.strip()]
    return prepared


def _duration(text: str) -> timedelta:
    match = _DURATION.fullmatch(text + ("" if text[-1:].isalpha() else "s"))
    if match is None:
        raise ValueWrong(wanted(timedelta))
    try:
        return timedelta(seconds=float(match[1]) * _UNIT_S[match[2]])
    except OverflowError:
        raise ValueWrong(wanted(timedelta)) from None


def _custom(kind: type, value: Any) -> Any:
    if kind in (Secret, Path) and isinstance(value, str) and "\0" not in value:
        return kind(value)
    raise TypeError(kind)


def wanted(kind: Any) -> str:
    """Say what a value of this type must be: "must be a whole number from 0 to 65535"."""
    limits = [part for part in getattr(kind, "__metadata__", ()) if isinstance(part, msgspec.Meta)]
    inner, _optional = bare(kind)
    return "must be " + type_in_words(inner) + _limits_in_words(limits)


def type_in_words(inner: Any) -> str:
    """Name a type for people: "a whole number", "one of auto, json, console"."""
    if isinstance(inner, type) and issubclass(inner, enum.Enum):
        return "one of " + ", ".join(str(member.value) for member in inner)
    if typing.get_origin(inner) is tuple:
        return "a list (in the environment: separated by commas)"
    return {
        int: "a whole number",
        float: "a number",
        bool: "true or false",
        timedelta: "a duration such as 500ms, 30s, 15m, 2h or 7d",
        Path: "a path",
        Secret: "a text",
    }.get(inner, "a text")


def _limits_in_words(limits: list[msgspec.Meta]) -> str:
    words = ""
    for limit in limits:
        if limit.ge is not None and limit.le is not None:
            words += f" from {limit.ge} to {limit.le}"
        elif limit.ge is not None:
            words += f", at least {limit.ge}"
        elif limit.le is not None:
            words += f", at most {limit.le}"
        if limit.min_length is not None:
            words += f", at least {limit.min_length} characters long"
        if limit.pattern is not None:
            words += f" that matches {limit.pattern}"
    return words
