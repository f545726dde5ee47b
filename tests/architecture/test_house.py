"""The plan of the house, held against the code: privacy, SQL in its place, no business named below."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path

import pytest

from architecture.source import Source, of_each, sources
from hansa.app import CENTERS
from hansa.centers.order import ORDER
from hansa.kernel.event import Event
from hansa.kernel.extension import ExtensionPoint
from hansa.kernel.problem import problems

PUBLIC = {"api", "types", "events", "errors", "extensions", "terms"}
SQL = re.compile(r"\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE TABLE)\b")
FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 60
ALL = sources()


@of_each(sources("centers"))
def test_a_center_meets_others_only_through_their_public_files(source: Source):
    for imported in source.imports():
        parts = imported.split(".")
        if parts[:2] != ["hansa", "centers"] or len(parts) < 4 or parts[2] in {source.center, "order"}:
            continue
        assert parts[3] in PUBLIC, f"{source.name} imports {imported}"


@of_each(ALL)
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


@of_each(sources("centers", "web", "api", "businesses", "plays"))
def test_sql_stands_in_the_store_alone(source: Source):
    allowed = any(part.startswith(("_store", "_tables", "_migrations")) for part in source.name.split("/"))
    if not allowed:
        for line, text in source.texts():
            assert not SQL.search(text), f"{source.name}:{line} holds a statement"


def tables_of(*schemas: str) -> re.Pattern[str]:
    """Find where a statement names a table of some schemas, quoted or not, also in a list and over two lines."""
    before = r"(?:\b(?:FROM|JOIN|INTO|UPDATE|TABLE|ON|USING|ONLY|EXISTS|LATERAL)\b|,)"
    return re.compile(
        rf"""{before}\s+(?:{"|".join(rf'{one}|"{one}"' for one in schemas)})\.["\w]+""", re.IGNORECASE
    )


@of_each(sources("centers"))
def test_no_statement_crosses_a_schema(source: Source):
    schema = tables_of(*(center for center in ORDER if center != source.center))
    for line, text in source.texts():
        found = schema.search(text)
        assert found is None, f"{source.name}:{line} names {found and found.group()}"


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM trade.line",
        'SELECT * FROM stock.hold h JOIN trade."order" o ON o.id = h.id',
        """select 1 from
             "trade"."order" """,
        "SELECT * FROM shop.shop s, trade.line l",
        "DELETE FROM shop.shop USING trade.line",
        "UPDATE ONLY trade.line SET a = 1",
        "DROP TABLE IF EXISTS trade.line",
    ],
)
def test_the_look_for_statements_that_cross_finds_them(statement: str):
    assert tables_of("trade").search(statement)


def test_the_look_for_statements_that_cross_leaves_columns_and_prose_alone():
    for text in ("SELECT t.trade, traded.x FROM shop.t", "It tells of orders, trade. And more"):
        assert not tables_of("trade").search(text)


@of_each(ALL)
def test_files_and_functions_can_be_read_at_a_sitting(source: Source):
    assert source.lines <= FILE_LINES_MAX, f"{source.name} has {source.lines} lines beside its imports"
    for name, lines in source.functions():
        assert lines <= FUNCTION_LINES_MAX, f"{source.name}: {name} has {lines} lines"


def test_the_look_for_long_functions_finds_them(tmp_path: Path):
    statements = tmp_path / "_migrations" / "0001.py"
    statements.parent.mkdir()
    statements.write_text('def upgrade():\n    op(f"""{a}\n' + "x{b}\n" * 100 + '""")\n')
    assert list(Source(statements).functions()) == [("upgrade", 2)]
    long = tmp_path / "long.py"
    long.write_text("import re\nclass A:\n    async def f(self):\n" + "        pass\n" * 100)
    assert (list(Source(long).functions()), Source(long).lines) == ([("f", 101)], 102)


def speaks_of_a_business(node: ast.expr) -> bool:
    """Tell whether an expression's value is a business's identity: `ctx.business`, `business.path`, `business`."""
    if isinstance(node, ast.Name):
        return "business" in node.id
    if isinstance(node, ast.Attribute):
        return "business" in node.attr or (node.attr == "path" and speaks_of_a_business(node.value))
    if isinstance(node, ast.Subscript):
        return isinstance(node.slice, ast.Constant) and node.slice.value == "business"
    return False


def texts_in(node: ast.expr) -> list[str]:
    """The texts an expression is compared with: a text, or those of a tuple, list or set."""
    parts = node.elts if isinstance(node, ast.Tuple | ast.List | ast.Set) else [node]
    return [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]


@of_each(sources("kernel", "centers", "plays"))
def test_nobody_below_compares_businesses(source: Source):
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            named = [text for side in sides for text in texts_in(side) if text]
            assert not (named and any(map(speaks_of_a_business, sides))), (
                f"{source.name}:{node.lineno} {ast.unparse(node)}"
            )
        if isinstance(node, ast.Match):
            assert not speaks_of_a_business(node.subject), f"{source.name}:{node.lineno}"


def test_the_look_for_compared_businesses_finds_them():
    found = ast.parse('if ctx.business == "bazaar" or row["business"] in ("a", "b"): pass')
    compared = [node for node in ast.walk(found) if isinstance(node, ast.Compare)]

    assert all(any(map(speaks_of_a_business, [node.left, *node.comparators])) for node in compared)


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
    events = importlib.import_module(f"hansa.centers.{center.name}.events")
    declared = {
        value
        for value in vars(events).values()
        if isinstance(value, type)
        and issubclass(value, Event)
        and value.__module__ == events.__name__
        and "topic" in vars(value)
    }

    assert declared == set(center.events)
    for event in declared:
        assert event.topic.startswith(f"{center.name}."), event.topic
        assert event.__doc__


def test_every_problem_has_one_code_and_says_what_it_means():
    codes: dict[str, type] = {}
    for kind in problems():
        if not kind.__module__.startswith("hansa."):
            continue  # a test's own
        assert codes.setdefault(kind.code, kind) is kind
        assert re.fullmatch(r"[a-z_]+(\.[a-z0-9_]+)*", kind.code)
        assert kind.__doc__
        assert kind.title
        assert 400 <= kind.status < 600
