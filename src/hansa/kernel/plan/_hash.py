"""Content hashes: the same code and manifests give the same hash in every process and run.

What counts of a function: its module and name, its byte code with constants, its defaults, what its closure
holds (the parameters of a play), and the functions and plain constants of its own module that it uses.
Byte code differs between versions of Python, so processes that share a plan run the same one.
"""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from types import CodeType, FunctionType, MethodType
from typing import Any
from uuid import UUID

import msgspec

HASH_LENGTH = 16
_PLAIN = (type(None), bool, int, float, str, bytes, Decimal, datetime, date, time, timedelta, UUID)


def digest(*parts: object) -> str:
    """Return the hash of values, functions and structs."""
    return hashlib.sha256(repr(canonical(parts)).encode()).hexdigest()[:HASH_LENGTH]


def canonical(value: object, seen: frozenset[int] = frozenset()) -> object:
    """Return plain nested tuples that say the same in every process; `seen` stops at what holds itself."""
    if isinstance(value, _PLAIN) and not isinstance(value, enum.Enum):
        return (type(value).__name__, repr(value))
    if id(value) in seen:
        return "itself"
    seen |= {id(value)}
    for kind, describe in _DESCRIBED:
        if isinstance(value, kind):
            return describe(value, seen)
    if callable(value):
        return _callable(value, seen)
    return ("object", _type_name(type(value)))


def _enum(value: enum.Enum, _seen: frozenset[int]) -> object:
    return ("enum", _type_name(type(value)), value.name)


def _mapping(value: Mapping[Any, Any], seen: frozenset[int]) -> object:
    return (
        "map",
        *sorted(repr((canonical(key, seen), canonical(item, seen))) for key, item in value.items()),
    )


def _set(value: frozenset[Any], seen: frozenset[int]) -> object:
    return ("set", *sorted(repr(canonical(item, seen)) for item in value))


def _sequence(value: Sequence[Any], seen: frozenset[int]) -> object:
    return ("list", *(canonical(item, seen) for item in value))


def _struct(value: msgspec.Struct, seen: frozenset[int]) -> object:
    fields = tuple((name, canonical(getattr(value, name), seen)) for name in value.__struct_fields__)
    return ("struct", _type_name(type(value)), fields)


def _type(value: type, _seen: frozenset[int]) -> object:
    return ("type", _type_name(value))


def _callable(fn: Callable[..., Any], seen: frozenset[int]) -> object:
    if isinstance(fn, partial):
        return ("partial", canonical(fn.func, seen), canonical(fn.args, seen), canonical(fn.keywords, seen))
    if isinstance(fn, MethodType):
        return ("method", canonical(fn.__func__, seen), canonical(fn.__self__, seen))
    if not isinstance(fn, FunctionType):
        return ("callable", _type_name(type(fn)), canonical(vars(type(fn)).get("__call__"), seen))
    closure = tuple(_cell(cell) for cell in fn.__closure__ or ())
    return (
        "function",
        fn.__module__,
        fn.__qualname__,
        canonical(fn.__code__, seen),
        canonical(fn.__defaults__, seen),
        canonical(fn.__kwdefaults__, seen),
        tuple(canonical(value, seen) for value in closure),
        tuple((name, canonical(value, seen)) for name, value in _used(fn)),
    )


def _code(code: CodeType, seen: frozenset[int]) -> object:
    constants = tuple(canonical(constant, seen) for constant in code.co_consts)
    return (code.co_code, constants, code.co_names, code.co_varnames, code.co_flags)


def _cell(cell: Any) -> object:
    try:
        return cell.cell_contents
    except ValueError:  # a name of the enclosing function that is not bound yet
        return None


def _used(fn: FunctionType) -> list[tuple[str, object]]:
    """Return what a function uses of its own module: functions and plain values, by name."""
    found = []
    for name in sorted(set(fn.__code__.co_names)):
        value = fn.__globals__.get(name)
        ours = isinstance(value, FunctionType) and value.__module__ == fn.__module__
        if ours or (value is not None and isinstance(value, (*_PLAIN, tuple, frozenset))):
            found.append((name, value))
    return found


def _type_name(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


_DESCRIBED: tuple[tuple[Any, Callable[[Any, frozenset[int]], object]], ...] = (
    (enum.Enum, _enum),
    (Mapping, _mapping),
    ((set, frozenset), _set),
    ((tuple, list), _sequence),
    (msgspec.Struct, _struct),
    (type, _type),
    (CodeType, _code),
)
