"""Names everything that is wrong with a body, field by field; msgspec alone stops at the first mistake."""

from __future__ import annotations

import re
import typing
from typing import Any

import msgspec

from hansa.kernel.problem import FieldError

ERRORS_MAX = 100

_PATH = re.compile(r" - at `(?:key in )?\$(.*)`$")
_STEP = re.compile(r"\[(\d+|\.\.\.)\]|\.([^.\[]+)")
_MISSING = re.compile(r"missing required field `(.+?)`")
_UNKNOWN = re.compile(r"contains unknown field `(.+?)`")
_CODES = (
    ("got ", "type"),
    ("of length", "length"),
    ("matching regex", "format"),
    (">=", "range"),
    ("<=", "range"),
    ("> ", "range"),
    ("< ", "range"),
    ("multiple", "range"),
    ("out of range", "range"),
    ("Invalid enum", "choice"),
    ("Invalid", "format"),
)
_WORDS = {
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
}


def field_errors(value: Any, kind: Any) -> list[FieldError]:
    """Return what is wrong with decoded JSON that should be a `kind`: every field, at most `ERRORS_MAX`."""
    found: list[FieldError] = []
    _collect(value, kind, "", found)
    return found[:ERRORS_MAX]


def field_error(message: str, *, under: str = "") -> FieldError:
    """Turn one sentence of msgspec into a field error; `under` is the path of what was converted."""
    path = _PATH.search(message)
    text = message[: path.start()] if path else message
    steps = [".".join(filter(None, step)) for step in _STEP.findall(path[1])] if path else []
    for pattern, code, sentence in (
        (_MISSING, "required", "This is missing"),
        (_UNKNOWN, "unknown", "Nobody asks this"),
    ):
        if match := pattern.search(text):
            return FieldError(_join(under, *steps, match[1]), code, sentence)
    code = next((code for sign, code in _CODES if sign in text), "value")
    return FieldError(_join(under, *steps), code, _in_words(text))


def _collect(value: Any, kind: Any, path: str, found: list[FieldError]) -> None:
    if len(found) >= ERRORS_MAX:
        return
    bare = typing.get_args(kind)[0] if typing.get_origin(kind) is typing.Annotated else kind
    before = len(found)
    if isinstance(bare, type) and issubclass(bare, msgspec.Struct) and isinstance(value, dict):
        _collect_fields(value, bare, path, found)
    elif typing.get_origin(bare) in (list, tuple) and isinstance(value, list):
        for position, item in enumerate(value):
            _collect(item, typing.get_args(bare)[0], _join(path, str(position)), found)
    if len(found) == before:  # every part is right by itself, so what is left is about the whole
        try:
            msgspec.convert(value, kind)
        except msgspec.ValidationError as wrong:
            found.append(field_error(str(wrong), under=path))


def _collect_fields(
    value: dict[str, Any], kind: type[msgspec.Struct], path: str, found: list[FieldError]
) -> None:
    for field in msgspec.structs.fields(kind):
        if field.encode_name in value:
            _collect(value[field.encode_name], field.type, _join(path, field.encode_name), found)
        elif field.required:
            found.append(FieldError(_join(path, field.encode_name), "required", "This is missing"))


def _join(*steps: str) -> str:
    return ".".join(step for step in steps if step)


def _in_words(text: str) -> str:
    sentence = re.sub(r"`(\w+)( \| null)?`", lambda match: _WORDS.get(match[1], match[1]), text)
    return re.sub(r"^Expected ", "Must be ", sentence).replace(", got ", ", not ")
