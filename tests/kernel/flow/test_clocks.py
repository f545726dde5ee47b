"""Clocks: what one process moves, the others follow."""

from datetime import timedelta

from hansa.kernel.clock import Clocks
from hansa.kernel.context import Traffic


async def test_a_clock_whose_row_is_gone_runs_on_real_time_again(db):
    clocks = Clocks()
    async with db.transaction() as tx:
        await clocks.move(tx, business="tea", traffic=Traffic.SANDBOX, offset=timedelta(days=3))
        await clocks.move(tx, business="bazaar", traffic=Traffic.SANDBOX, offset=timedelta(days=1))
    async with db.transaction() as tx:
        await tx.raw.execute("DELETE FROM kernel.clock WHERE business = 'tea'")
        await clocks.refresh(tx)

    assert clocks.moved() == {("bazaar", "sandbox"): (timedelta(days=1), None)}
