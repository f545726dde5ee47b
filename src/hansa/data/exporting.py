"""The export: new events go to a Parquet file, and so do the rows that they tell of.

    export/
      place.json              how far it is: the place in the outbox, and the number of the last part
      events/000001.parquet   events in their order
      trade_order/000001.parquet, trade_line/000001.parquet ...
      shop_shop.parquet       small tables, whole, written anew each time

A part is written whole and then counted in `place.json`; what a killed export left beside it is written over.
Of a row that is in several parts, all rows of its id in the last one count. Readers use `reading.Tables`.
"""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from types import MappingProxyType
from uuid import UUID

import msgspec

from hansa.data.engine import engine
from hansa.kernel.center import Export
from hansa.kernel.db import Transaction
from hansa.kernel.outbox import BEGINNING, Place, copy_events, fence
from hansa.kernel.platform import Platform

EVENTS_AT_ONCE = 200_000
IDS_AT_ONCE = 20_000
LINE_BYTES_MAX = 16 * 1024 * 1024
EVENTS = "events"
PLACE = "place.json"
"""The file that says how far an export is."""

Types = Mapping[str, str]
_TYPES: Types = MappingProxyType(
    {
        "uuid": "UUID",
        "bool": "BOOLEAN",
        "int2": "INTEGER",
        "int4": "INTEGER",
        "int8": "BIGINT",
        "timestamptz": "TIMESTAMP",
        "jsonb": "JSON",
    }
)
"""DuckDB's types by PostgreSQL's, texts aside. Times are UTC, which is said once and not with each."""
_EVENT_TYPES: Types = MappingProxyType(
    {
        "xid": "UBIGINT",
        "id": "UUID",
        "topic": "VARCHAR",
        "version": "INTEGER",
        "subject": "UUID",
        "business": "VARCHAR",
        "traffic": "VARCHAR",
        "entity": "VARCHAR",
        "actor": "VARCHAR",
        "trace": "VARCHAR",
        "occurred_at": "TIMESTAMP",
        "told_at": "TIMESTAMP",
        "payload": "JSON",
    }
)

Tell = Callable[[str], None]


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How far an export is."""

    xid: int = BEGINNING.xid
    id: UUID = BEGINNING.id
    part: int = 0

    @property
    def place(self) -> Place:
        """Where in the outbox it stands."""
        return Place(self.xid, self.id)


class Exported(msgspec.Struct, kw_only=True):
    """What an export wrote."""

    parts: int = 0
    events: int = 0
    rows: dict[str, int] = {}


def folder_of(platform: Platform) -> Path:
    """Return where the export of a platform lies."""
    return platform.settings.data_dir / "export"


async def export(platform: Platform, *, tell: Tell) -> Exported:
    """Write what is new since the last export. Interrupted at any moment, it goes on where it stood.

    Where more was exported than there is, a business was removed: everything is written anew, without it.
    """
    folder = folder_of(platform)
    folder.mkdir(parents=True, exist_ok=True)
    run = _Run(platform, folder)
    with run.database():
        async with platform.db.transaction() as tx:
            end = await fence(tx)
        if run.standing.part == 0:
            tell("orders")
            await run.everything(end)
        while run.standing.place < end:
            tell(f"events: {run.done.events:,}")
            await run.next_part(end)
        if await run.something_is_gone():
            tell("orders, anew")
            await run.everything(end)
        tell("tables")
        await run.whole_tables()
    return run.done


def standing_of(folder: Path) -> Standing:
    """Return how far the export in a folder is; nothing was exported where there is none."""
    try:
        return msgspec.json.decode((folder / PLACE).read_bytes(), type=Standing)
    except FileNotFoundError:
        return Standing()


def parts(folder: Path, name: str, last: int) -> str:
    """Return the parts that were counted, for a query: what lies beside them was not finished."""
    files = ", ".join(f"'{folder / name}/{number:06}.parquet'" for number in range(1, last + 1))
    return f"read_parquet([{files}])"


class _Run:
    """One export under way."""

    def __init__(self, platform: Platform, folder: Path) -> None:
        self.done = Exported()
        self.standing = standing_of(folder)
        self._platform = platform
        self._folder = folder
        self._exports = [one for center in platform.centers for one in center.exports]

    @contextmanager
    def database(self) -> Iterator[None]:
        """Have a DuckDB and a place for what is between two formats."""
        with tempfile.TemporaryDirectory(dir=self._folder) as scratch:
            self._csv = Path(scratch) / "rows.csv"
            self._db = engine()
            try:
                yield
            finally:
                self._db.close()

    async def everything(self, end: Place) -> None:
        """Begin with all there is, as it stands; what changes from here on, events tell."""
        (self._folder / PLACE).unlink(missing_ok=True)
        for file in self._folder.glob("*/*.parquet"):
            file.unlink()
        number = 1
        for one in self._followed():
            async with self._platform.db.transaction() as tx:
                ids = [row[0] for row in await tx.raw.fetch(one.everything)]
            await self._rows(one, ids, number)
        await self._events(number, after=BEGINNING, before=end, limit=2**62)
        self._arrive(end, number)

    async def something_is_gone(self) -> bool:
        """Tell whether more ids were exported than there are. Only the end of a business takes rows away."""
        for one in self._followed():
            (exported,) = self._db.execute(
                f"SELECT count(DISTINCT {one.id_column}) FROM {parts(self._folder, one.name, self.standing.part)}"
            ).fetchall()[0]
            async with self._platform.db.transaction() as tx:
                there: int = await tx.raw.fetchval(f"SELECT count(*) FROM ({one.everything}) AS ids")
            if exported > there:
                return True
        return False

    async def next_part(self, end: Place) -> None:
        """Write the next events, and the rows they tell of."""
        number = self.standing.part + 1
        place = await self._events(number, after=self.standing.place, before=end, limit=EVENTS_AT_ONCE)
        for one in self._followed():
            await self._rows(one, self._told_of(one, number), number)
        self._arrive(place, number)

    async def whole_tables(self) -> None:
        """Write the small tables anew."""
        for one in self._exports:
            if not one.follows:
                async with self._utc() as tx:
                    types = await _types(tx, one.query)
                    await tx.raw.copy_from_query(one.query, output=self._csv, format="csv", header=True)
                self.done.rows[one.name] = self._to_parquet(self._folder / f"{one.name}.parquet", types)

    @asynccontextmanager
    async def _utc(self) -> AsyncIterator[Transaction]:
        """Open a transaction in which times are written as UTC, as the files have them."""
        async with self._platform.db.transaction() as tx:
            await tx.raw.execute("SET LOCAL timezone = 'UTC'")
            yield tx

    def _followed(self) -> list[Export]:
        return [one for one in self._exports if one.follows]

    async def _events(self, number: int, *, after: Place, before: Place, limit: int) -> Place:
        async with self._utc() as tx:
            place = await copy_events(tx, self._csv, after=after, before=before, limit=limit)
        self.done.events += self._to_parquet(self._part(EVENTS, number), _EVENT_TYPES)
        return place

    async def _rows(self, one: Export, ids: Sequence[UUID], number: int) -> None:
        """Write the rows of some ids as one part; the head line makes a file of no rows readable too."""
        self._csv.unlink(missing_ok=True)
        for at in range(0, max(len(ids), 1), IDS_AT_ONCE):
            with self._csv.open("ab") as file:
                async with self._utc() as tx:
                    types = await _types(tx, one.query)
                    await tx.raw.copy_from_query(
                        one.query, ids[at : at + IDS_AT_ONCE], output=file, format="csv", header=at == 0
                    )
        written = self._to_parquet(self._part(one.name, number), types, number=number)
        self.done.rows[one.name] = self.done.rows.get(one.name, 0) + written

    def _told_of(self, one: Export, number: int) -> list[UUID]:
        """Return the ids that a part's events tell of, by the names their payloads have for them."""
        found: set[str] = set()
        for topic, name in one.follows.items():
            rows = self._db.execute(
                f"""SELECT DISTINCT unnest(CASE WHEN json_type(payload, $name) = 'ARRAY'
                             THEN json_extract_string(payload, $name || '[*]')
                             ELSE [json_extract_string(payload, $name)] END)
                    FROM read_parquet('{self._part(EVENTS, number)}') WHERE topic = $topic""",
                {"topic": topic, "name": f"$.{name}"},
            ).fetchall()
            found.update(row[0] for row in rows)
        return [UUID(one_id) for one_id in sorted(found)]

    def _to_parquet(self, file: Path, types: Types, *, number: int | None = None) -> int:
        """Turn the rows in between into a Parquet file, all at once; return how many they are."""
        file.parent.mkdir(exist_ok=True)
        half = file.with_suffix(".half")
        part = "" if number is None else f", {number} AS part"
        columns = ", ".join(f"'{name}': '{kind}'" for name, kind in types.items())
        self._db.execute(
            f"""COPY (SELECT *{part} FROM read_csv('{self._csv}', header = true, columns = {{{columns}}},
                                                   nullstr = '', max_line_size = {LINE_BYTES_MAX}))
                TO '{half}' (FORMAT parquet, COMPRESSION zstd)"""
        )
        half.replace(file)
        ((count,),) = self._db.execute(f"SELECT count(*) FROM read_parquet('{file}')").fetchall()
        return int(count)

    def _part(self, name: str, number: int) -> Path:
        return self._folder / name / f"{number:06}.parquet"

    def _arrive(self, place: Place, number: int) -> None:
        self.standing = Standing(xid=place.xid, id=place.id, part=number)
        half = self._folder / "place.half"
        half.write_bytes(msgspec.json.encode(self.standing))
        half.replace(self._folder / PLACE)
        self.done.parts += 1


async def _types(tx: Transaction, query: str) -> Types:
    """Return the columns of a query with DuckDB's name of each one's type."""
    prepared = await tx.raw.prepare(query)
    return {one.name: _TYPES.get(one.type.name, "VARCHAR") for one in prepared.get_attributes()}
