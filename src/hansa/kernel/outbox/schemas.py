"""Event schemas as files: what a topic and version promise to everybody who reads it.

One JSON Schema per event under `docs/reference/events/<topic>.v<version>.json`, written from the code and
kept in the repository, so that a change of an event shows in its diff. Within a version fields may only be
added, with a default; whatever else changes needs a new version.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import inspect

if TYPE_CHECKING:
    from hansa.kernel.center import Center
    from hansa.kernel.event import Event

Schema = dict[str, Any]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_NOT_A_PROMISE = frozenset({"title", "description", "default"})


def schema_of(kind: type[Event], *, owner: str) -> Schema:
    """Return an event's schema: its fields, who owns it, and which fields may tell about a person."""
    (root,), components = msgspec.json.schema_components([kind], ref_template="#/$defs/{name}")
    own = components.pop(root["$ref"].rpartition("/")[2])
    _mark_times(kind, own)
    unknown = kind.personal - own.get("properties", {}).keys()
    if unknown:
        raise ValueError(
            f"{kind.topic} v{kind.version} calls {sorted(unknown)} personal and has no such field"
        )
    return {
        "$schema": _DIALECT,
        "$id": f"{kind.topic}.v{kind.version}",
        "x-owner": owner,
        "x-topic": kind.topic,
        "x-version": kind.version,
        "x-personal": sorted(kind.personal),
        **own,
        **({"$defs": dict(sorted(components.items()))} if components else {}),
    }


def _mark_times(kind: type[Event], schema: Schema) -> None:
    """Say which texts are times: msgspec writes the format only where a time zone is demanded."""
    info = inspect.type_info(kind)
    for field in info.fields if isinstance(info, inspect.StructType) else ():
        kinds = field.type.types if isinstance(field.type, inspect.UnionType) else (field.type,)
        if any(isinstance(one, inspect.DateTimeType) for one in kinds):
            written = schema["properties"][field.encode_name]
            for option in written.get("anyOf", (written,)):
                if option.get("type") == "string":
                    option["format"] = "date-time"


def schemas(centers: Sequence[Center]) -> dict[str, Schema]:
    """Return the schema of every event by file name. A topic begins with the name of the center that owns it."""
    found: dict[str, Schema] = {}
    for center in centers:
        for kind in center.events:
            if not kind.topic.startswith(f"{center.name}."):
                raise ValueError(f"{center.name} owns no topic {kind.topic}")
            found[f"{kind.topic}.v{kind.version}.json"] = schema_of(kind, owner=center.name)
    return dict(sorted(found.items()))


def export(centers: Sequence[Center], folder: Path) -> list[str]:
    """Write the files, refusing what is incompatible with the ones there; return the names that changed.

    Raises `ValueError` with every incompatibility. Files of events that are gone stay: somebody may still
    have to read what was told.
    """
    current = schemas(centers)
    if broken := list(incompatibilities(current, folder)):
        raise ValueError("\n".join(broken))
    folder.mkdir(parents=True, exist_ok=True)
    changed: list[str] = []
    for name, schema in current.items():
        text = msgspec.json.format(msgspec.json.encode(schema), indent=2).decode() + "\n"
        path = folder / name
        if not path.exists() or path.read_text() != text:
            path.write_text(text)
            changed.append(name)
    return changed


def incompatibilities(current: dict[str, Schema], folder: Path) -> Iterator[str]:
    """Compare with the files in the repository; yield a sentence for each promise that is broken."""
    for name, schema in current.items():
        path = folder / name
        if path.exists():
            old = msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
            for reason in check_compatible(old, schema):
                yield f"{name}: {reason}; make it a new version"


def check_compatible(old: Schema, new: Schema) -> list[str]:
    """Return why events of the new schema would not do for readers of the old one, or the reverse.

    Both directions matter: new readers replay old events, and during a deploy old readers get new ones.
    """
    return list(_compare(old, new, _Scope(old, new), "the event", frozenset()))


class _Scope:
    """Where both schemas keep what they refer to."""

    def __init__(self, old: Schema, new: Schema) -> None:
        self.old: dict[str, Schema] = old.get("$defs", {})
        self.new: dict[str, Schema] = new.get("$defs", {})


def _compare(old: Schema, new: Schema, scope: _Scope, where: str, seen: frozenset[str]) -> Iterator[str]:
    if "$ref" in old and "$ref" in new:
        pair = f"{old['$ref']} {new['$ref']}"
        if pair in seen:  # a type that contains itself
            return
        seen |= {pair}
    old, new = _resolved(old, scope.old), _resolved(new, scope.new)
    if _shape(old) != _shape(new):
        yield f"{where} has another type"
        return
    yield from _compare_fields(old, new, scope, where, seen)
    for key in ("items", "additionalProperties"):
        if isinstance(old.get(key), dict) and isinstance(new.get(key), dict):
            yield from _compare(old[key], new[key], scope, f"{where}[]", seen)
    for key in ("prefixItems", "anyOf"):
        for n, (before, after) in enumerate(zip(old.get(key, ()), new.get(key, ()), strict=False)):
            yield from _compare(before, after, scope, f"{where}[{n}]", seen)


def _compare_fields(
    old: Schema, new: Schema, scope: _Scope, where: str, seen: frozenset[str]
) -> Iterator[str]:
    before, after = old.get("properties", {}), new.get("properties", {})
    for name in before:
        if name not in after:
            yield f"field {name} of {where} was removed"
        else:
            yield from _compare(before[name], after[name], scope, f"field {name}", seen)
    required_before, required_after = set(old.get("required", ())), set(new.get("required", ()))
    for name in after:
        if name not in before and name in required_after:
            yield f"field {name} of {where} was added without a default"
        elif name in before and name in required_after - required_before:
            yield f"field {name} of {where} lost its default"
        elif name in before and name in required_before - required_after:
            yield f"field {name} of {where} may now be missing"


def _resolved(schema: Schema, defs: dict[str, Schema]) -> Schema:
    while "$ref" in schema:
        schema = defs[schema["$ref"].rpartition("/")[2]]
    return schema


def _shape(schema: Schema) -> Any:
    """Return what a value must be, without its fields and what is only said about it."""
    nested = {"properties", "required", "items", "prefixItems", "$defs"}
    shape = {
        key: value
        for key, value in schema.items()
        if key not in _NOT_A_PROMISE and key not in nested and not key.startswith(("x-", "$"))
    }
    for key in ("prefixItems", "anyOf"):
        if key in schema:
            shape[key] = len(schema[key])
    if isinstance(shape.get("additionalProperties"), dict):
        shape["additionalProperties"] = True
    if isinstance(shape.get("enum"), Iterable):
        shape["enum"] = sorted(map(str, shape["enum"]))
    return shape
