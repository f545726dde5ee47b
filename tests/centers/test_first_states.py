"""Every table that says by which steps a row came to its state says so of the first one too.

A comparison with NULL is neither true nor false, and a CHECK that is not false lets the row in: each such
constraint is asked, in SQL, about a row that came from nowhere, for every state it names.
"""

import re

import pytest

_STEPS = """
SELECT n.nspname || '.' || k.conname AS name, pg_get_expr(k.conbin, k.conrelid) AS said,
       array_agg(a.attname::text ORDER BY a.attname LIKE 'previous%' DESC) AS columns
  FROM pg_constraint k
  JOIN pg_namespace n ON n.oid = k.connamespace
  JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = ANY(k.conkey)
 WHERE k.contype = 'c'
 GROUP BY n.nspname, k.conname, k.conbin, k.conrelid
HAVING count(*) = 2 AND bool_or(a.attname LIKE 'previous%') AND bool_and(a.atttypid = 'text'::regtype)
 ORDER BY 1
"""
_CENTERS = {"inventory", "interconnect", "ledger", "message", "product", "review", "search", "shop", "trade"}


async def verdicts(tx, said, columns):
    """What a constraint says of a row that came from nowhere into each state it names."""
    before, after = columns
    named = re.findall(r"'([a-z_>]+)'::text", said)  # a pair of states may be written as one text, a>b
    states = sorted({state for one in named for state in one.split(">") if state})
    rows = await tx.raw.fetch(
        f"SELECT {after}, ({said}) AS fine FROM (SELECT NULL::text AS {before}, unnest($1::text[]) AS {after}) one",
        states,
    )
    return {row[after]: row["fine"] for row in rows}


@pytest.fixture
async def steps(house):
    async with house.platform.db.transaction() as tx:
        return {
            row["name"]: await verdicts(tx, row["said"], row["columns"]) for row in await tx.raw.fetch(_STEPS)
        }


async def test_a_row_from_nowhere_is_in_a_first_state_or_refused(steps):
    undecided = {name: found for name, found in steps.items() if None in found.values()}

    assert undecided == {}
    assert {name.partition(".")[0] for name in steps} >= _CENTERS


async def test_there_is_a_first_state_and_not_every_state_is_one(steps):
    assert [name for name, found in steps.items() if set(found.values()) != {True, False}] == []
