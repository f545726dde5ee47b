"""events.md: every fact that centers tell, and who listens."""

from __future__ import annotations

from collections.abc import Mapping

from hansa.kernel.center import Center
from hansa.kernel.event import Event
from hansa.kernel.outbox.schemas import Schema, schema_of
from tools.reference import markdown as md
from tools.reference.house import House


def page(house: House) -> str:
    """Return every event with its fields, by the center that owns it."""
    parts = []
    for center in house.centers:
        if center.events:
            parts.append(f"## {center.name}")
            kinds = sorted(center.events, key=lambda kind: (kind.topic, kind.version))
            parts += [_event(house, center, kind) for kind in kinds]
    return md.page("Events", _INTRODUCTION, *parts)


_INTRODUCTION = """\
Facts, told in the transaction that made them true and delivered after it, at least once and in order for one
subject. Each has a [JSON Schema](events/). Within a version fields are only added, with a default; whatever
else changes is a new version, and a test refuses it otherwise. Party ids are pseudonyms; fields that may hold
more about a person are marked *personal*."""


def _event(house: House, center: Center, kind: type[Event]) -> str:
    schema = schema_of(kind, owner=center.name)
    name = f"{kind.topic}.v{kind.version}.json"
    required = set(schema.get("required", ()))
    rows = [
        [
            f"`{field}`",
            type_in_words(said, schema.get("$defs", {}))
            + ("" if field in required else f", by default `{_default(said)}`"),
            "personal" if field in kind.personal else "",
        ]
        for field, said in schema.get("properties", {}).items()
    ]
    listeners = sorted(
        handler.name for one in house.centers for handler in one.handlers if kind in handler.events
    )
    return "\n\n".join(
        filter(
            None,
            [
                f"### {kind.topic}, version {kind.version}",
                md.docstring(kind.__doc__),
                f"Schema: [{name}](events/{name})."
                + (f" Taken by {', '.join(f'`{one}`' for one in listeners)}." if listeners else ""),
                md.table(["field", "type", ""], rows) if rows else "",
            ],
        )
    )


def type_in_words(said: Schema, defs: Mapping[str, Schema]) -> str:
    """Name the type of a JSON Schema in a few words; `defs` holds what it refers to."""
    if "$ref" in said:
        name = said["$ref"].rpartition("/")[2]
        return type_in_words(defs[name], defs) if "enum" in defs.get(name, {}) else _plain_name(name)
    for either in ("anyOf", "oneOf"):
        if either in said:
            return " or ".join(type_in_words(one, defs) for one in said[either])
    if "enum" in said:
        return " or ".join(f"`{one}`" for one in said["enum"])
    kind = said.get("type", "anything")
    if kind == "array":
        inner = said.get("items") or {}
        return f"list of {type_in_words(inner, defs)}" if isinstance(inner, dict) and inner else "list"
    return str(said.get("format") or kind)


def _plain_name(name: str) -> str:
    """Take the modules out of a generic's name: `Page_hansa.centers.shop._http.ShopView_`."""
    outer, _, inner = name.partition("_")
    return f"{outer.lower()} of `{inner.rstrip('_').rpartition('.')[2]}`" if inner else f"`{name}`"


def _default(said: Schema) -> str:
    return "null" if said.get("default") is None else str(said["default"])
