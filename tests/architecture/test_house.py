"""The plan of the house, held against the code: privacy, SQL in its place, no business named below."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from hansa.app import CENTERS
from hansa.centers.order import ORDER
from hansa.kernel.extension import ExtensionPoint
from hansa.kernel.problem import problems
from architecture.source import Source, sources

PUBLIC = {"api", "types", "events", "errors", "extensions", "terms"}
SQL = re.compile(r"\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE TABLE)\b")
ALL = sources()


def by_name(source: Source) -> str:
    return source.name


@pytest.mark.parametrize("source", sources("centers"), ids=by_name)
def test_a_center_meets_others_only_through_their_public_files(source: Source):
    for imported in source.imports():
        parts = imported.split(".")
        if parts[:2] != ["hansa", "centers"] or len(parts) < 4 or parts[2] in {source.center, "order"}:
            continue
        assert parts[3] in PUBLIC, f"{source.name} imports {imported}"


@pytest.mark.parametrize("source", ALL, ids=by_name)
def test_what_is_private_stays_private(source: Source):
    for imported in source.imports():
        if not imported.startswith("hansa."):
            continue
        parts = imported.split(".")
        for at, part in enumerate(parts):
            if part.startswith("_") and not part.startswith("__"):
                home = ".".join(parts[:at])
                assert source.module == home or source.module.startswith(f"{home}."), (
                    f"{source.name} reaches into {imported}"
                )
                break


@pytest.mark.parametrize("source", sources("centers", "web", "api", "cli", "businesses", "plays"), ids=by_name)
def test_sql_stands_in_the_store_alone(source: Source):
    allowed = any(part.startswith(("_store", "_tables", "_migrations")) for part in source.name.split("/"))
    if not allowed:
        for line, text in source.texts():
            assert not SQL.search(text), f"{source.name}:{line} holds a statement"


@pytest.mark.parametrize("source", sources("centers"), ids=by_name)
def test_no_statement_crosses_a_schema(source: Source):
    others = [center for center in ORDER if center != source.center]
    schema = re.compile(rf"\b(?:FROM|JOIN|INTO|UPDATE|TABLE|ON)\s+(?:{'|'.join(others)})\.\w+")
    for line, text in source.texts():
        found = schema.search(text)
        assert found is None, f"{source.name}:{line} names {found and found.group()}"


@pytest.mark.parametrize("source", sources("kernel", "centers", "plays"), ids=by_name)
def test_nobody_below_compares_businesses(source: Source):
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            named = any("business" in ast.unparse(side).lower() for side in sides)
            literal = any(
                isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value
                for side in sides
                for part in ast.walk(side)
                if not isinstance(side, ast.Subscript)
            )
            assert not (named and literal), f"{source.name}:{node.lineno} {ast.unparse(node)}"
        if isinstance(node, ast.Match):
            assert "business" not in ast.unparse(node.subject), f"{source.name}:{node.lineno}"


def test_no_center_mentions_a_business():
    packaged = {path.stem for path in Path(sources("businesses")[0].path.parent).glob("*.py")} - {"__init__"}
    assert packaged
    for source in sources("kernel", "centers"):
        for line, text in source.texts():
            words = set(re.findall(r"[a-z][a-z0-9_]+", text.lower()))
            assert not words & packaged, f"{source.name}:{line} mentions {words & packaged}"


def test_the_centers_stand_in_their_order():
    names = [center.name for center in CENTERS]

    assert names == [name for name in ORDER if name in names]


@pytest.mark.parametrize("center", CENTERS, ids=lambda center: center.name)
def test_every_center_has_the_anatomy(center):
    folder = Path(center.migrations).parent
    has = {path.name.removesuffix(".py") for path in folder.iterdir()}

    assert {"__init__", "api", "types", "events", "errors", "plug", "_tables", "_migrations"} <= has
    assert {"_store", "_service"} <= has
    assert center.tables.schema == center.name


@pytest.mark.parametrize("center", CENTERS, ids=lambda center: center.name)
def test_the_catalogue_of_points_is_complete(center):
    import importlib

    try:
        extensions = importlib.import_module(f"hansa.centers.{center.name}.extensions")
    except ModuleNotFoundError:
        return
    declared = {value for value in vars(extensions).values() if isinstance(value, ExtensionPoint)}
    own = {point for point in declared if point.owner == center.name}

    assert own == set(center.points)
    for point in own:
        assert point.doc, f"{point.name} says nothing about itself"
        assert point.default is not None or point.mode in {"all", "veto", "reduce"}, point.name


@pytest.mark.parametrize("center", CENTERS, ids=lambda center: center.name)
def test_every_event_is_registered_by_its_owner(center):
    import importlib

    from hansa.kernel.event import Event

    events = importlib.import_module(f"hansa.centers.{center.name}.events")
    declared = {
        value
        for value in vars(events).values()
        if isinstance(value, type) and issubclass(value, Event) and value.__module__ == events.__name__
    }

    assert declared == set(center.events)
    for event in declared:
        assert event.topic.startswith(f"{center.name}."), event.topic
        assert event.__doc__


def test_every_problem_has_one_code_and_says_what_it_means():
    codes: dict[str, type] = {}
    for kind in problems():
        assert codes.setdefault(kind.code, kind) is kind
        assert re.fullmatch(r"[a-z_]+(\.[a-z0-9_]+)*", kind.code)
        assert kind.__doc__
        assert kind.title
        assert 400 <= kind.status < 600
