"""Reading an export: its tables as views, each row in its latest version."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb

from hansa.data.engine import engine
from hansa.data.exporting import EVENTS, parts, standing_of
from hansa.kernel.center import Export
from hansa.kernel.problem import Problem


class NothingExported(Problem):
    """There is no export yet; `hansa export` writes it."""

    code = "data.nothing_exported"
    status = 409
    title = "Nothing was exported yet"


class Tables:
    """The export in a folder as tables of DuckDB, by the names centers gave them, and `events`.

    With `db` they stand beside what is there already. Close it, or use it as a context. Raises `NothingExported`.
    """

    def __init__(
        self, folder: Path, exports: Sequence[Export], *, db: duckdb.DuckDBPyConnection | None = None
    ) -> None:
        last = standing_of(folder).part
        if last == 0:
            raise NothingExported
        self.db = db or engine()
        self.db.execute(f"CREATE OR REPLACE VIEW events AS FROM {parts(folder, EVENTS, last)}")
        for one in exports:
            if not one.follows:
                source = f"read_parquet('{folder / one.name}.parquet')"
                self.db.execute(f"CREATE OR REPLACE VIEW {one.name} AS FROM {source}")
                continue
            source, key = parts(folder, one.name, last), one.id_column
            # What is in one part only needs no comparing; with one part, nothing does.
            latest = f"QUALIFY part = max(part) OVER (PARTITION BY {key})" if last > 1 else ""
            self.db.execute(f"CREATE OR REPLACE VIEW {one.name} AS SELECT * FROM {source} {latest}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.db.close()

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Ask in SQL."""
        found: list[tuple[Any, ...]] = self.db.execute(query, list(values)).fetchall()
        return found
