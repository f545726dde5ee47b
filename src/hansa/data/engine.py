"""The engine behind all figures."""

from __future__ import annotations

import duckdb


def engine() -> duckdb.DuckDBPyConnection:
    """Open a DuckDB in memory. It prints nothing: what a command prints may be read by a program."""
    made = duckdb.connect()
    made.execute("SET enable_progress_bar = false")
    return made
