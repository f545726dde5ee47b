"""What the database itself refuses, and what `hansa verify` names."""

import asyncpg
import pytest

from centers.reviewing import BAD, words


@pytest.mark.parametrize(
    "change",
    [
        "state = 'held', previous_state = 'published'",
        "item = 6",
        "service = NULL",
        "state = 'refused', previous_state = 'published'",  # while it is shown
        "erased = true",  # with its words
        "line_no = 0",
    ],
)
async def test_the_database_refuses_what_cannot_be(bazaar, house, change):
    _, written = await bazaar.reviewed(BAD, words())

    with pytest.raises(asyncpg.CheckViolationError):
        await run(house, f"UPDATE review.entry SET {change} WHERE id = $1", written)


async def test_a_summary_that_does_not_add_up_is_refused_and_one_that_lies_is_named(bazaar, house):
    received, _ = await bazaar.reviewed(BAD)
    about = "WHERE kind = 'product' AND subject = $1"
    with pytest.raises(asyncpg.CheckViolationError):
        await run(house, f"UPDATE review.summary SET votes = votes + 1 {about}", received.product_id)

    better = "star1 = star1 - 1, star5 = star5 + 1, item = item + 4"
    await run(house, f"UPDATE review.summary SET {better} {about}", received.product_id)
    (said,) = await house.violations()
    worse = "star1 = star1 + 1, star5 = star5 - 1, item = item - 4"
    await run(house, f"UPDATE review.summary SET {worse} {about}", received.product_id)

    assert str(received.product_id) in said


@pytest.mark.parametrize("table", ["decision", "signal"])
async def test_what_was_decided_cannot_be_changed(house, table):
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await run(house, f"DELETE FROM review.{table}")


async def run(house, sql, *args):
    async with house.platform.db.transaction() as tx:
        await tx.raw.execute(sql, *args)
