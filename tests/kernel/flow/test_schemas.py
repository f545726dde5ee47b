"""Event schemas: what may change within a version and what may not."""

from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar, Literal
from uuid import UUID

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hansa.kernel.event import Event
from hansa.kernel.outbox.schemas import check_compatible, export, schema_of

TYPES = st.sampled_from(
    [int, str, bool, UUID, datetime, list[int], dict[str, int], int | None, Literal["a", "b"]]
)
DEFAULTS = {int: 0, str: "", bool: False}
NAMES = st.sampled_from(["weight", "colour", "ripe", "tree", "picked"])


def event(fields, *, personal=()):
    """Make an event from {name: (type, required)}."""
    namespace = {"topic": "toy.ripened", "version": 1, "personal": frozenset(personal)}
    made = [
        (name, kind) if required else (name, kind, msgspec.field(default=None))
        for name, (kind, required) in fields.items()
    ]
    return msgspec.defstruct("Ripened", made, bases=(Event,), namespace=namespace, kw_only=True, frozen=True)


def schema(fields, **more):
    return schema_of(event(fields, **more), owner="toy")


shapes = st.dictionaries(NAMES, st.tuples(TYPES, st.just(True)), min_size=1)


@settings(deadline=None)  # a busy machine is no failure
@given(shapes)
def test_an_event_is_compatible_with_itself(fields):
    assert check_compatible(schema(fields), schema(fields)) == []


@settings(deadline=None)  # a busy machine is no failure
@given(shapes, TYPES)
def test_a_field_may_be_added_with_a_default_and_not_without(fields, kind):
    old = schema(fields)
    assert check_compatible(old, schema({**fields, "added": (kind | None, False)})) == []
    assert any(
        "added without" in why for why in check_compatible(old, schema({**fields, "added": (kind, True)}))
    )


@settings(deadline=None)  # a busy machine is no failure
@given(shapes, st.data())
def test_a_field_may_not_be_removed_renamed_or_retyped(fields, data):
    name = data.draw(st.sampled_from(sorted(fields)))
    kind, _ = fields[name]
    rest = {n: f for n, f in fields.items() if n != name}
    other = data.draw(TYPES.filter(lambda t: t != kind))
    old = schema(fields)

    assert any("removed" in why for why in check_compatible(old, schema(rest)))
    assert any("removed" in why for why in check_compatible(old, schema({**rest, "renamed": (kind, True)})))
    assert any("another type" in why for why in check_compatible(old, schema({**rest, name: (other, True)})))


@settings(deadline=None)  # a busy machine is no failure
@given(shapes, st.data())
def test_a_field_may_neither_lose_nor_gain_a_default(fields, data):
    name = data.draw(st.sampled_from(sorted(fields)))
    strict = schema({**fields, name: (int | None, True)})
    loose = schema({**fields, name: (int | None, False)})

    assert check_compatible(strict, loose) == [f"field {name} of the event may now be missing"]
    assert check_compatible(loose, strict) == [f"field {name} of the event lost its default"]


class Branch(msgspec.Struct):
    length: int


class LongBranch(msgspec.Struct):
    length: str


def test_what_a_field_holds_is_compared_all_the_way_down():
    old, new = schema({"branches": (list[Branch], True)}), schema({"branches": (list[LongBranch], True)})
    assert check_compatible(old, new) == ["field length has another type"]


def test_personal_fields_are_part_of_the_file_and_must_exist():
    assert schema({"tree": (str, True)}, personal=["tree"])["x-personal"] == ["tree"]
    with pytest.raises(ValueError, match="no such field"):
        schema({"tree": (str, True)}, personal=["owner"])


def test_files_are_written_once_and_guard_their_version(tmp_path: Path):
    class Fell(Event):
        topic: ClassVar[str] = "toy.fell"
        pear: UUID

    toy = SimpleNamespace(name="toy", events=[Fell])
    assert export([toy], tmp_path) == ["toy.fell.v1.json"]
    assert export([toy], tmp_path) == []

    class Changed(Event):
        topic: ClassVar[str] = "toy.fell"
        pear: int

    with pytest.raises(ValueError, match="make it a new version"):
        export([SimpleNamespace(name="toy", events=[Changed])], tmp_path)
    with pytest.raises(ValueError, match="owns no topic"):
        export([SimpleNamespace(name="other", events=[Fell])], tmp_path)
