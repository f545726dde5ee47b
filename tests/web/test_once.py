"""Forms that are sent twice: what is told of work whose end was not seen."""

from types import SimpleNamespace
from uuid import uuid4

import pytest

from hansa.kernel.idempotency import AnswerLost
from hansa.web.forms import Fields
from hansa.web.once import ATTEMPT, once


@pytest.fixture
async def seen(house):
    """A visit of somebody new, as far as a form needs it."""
    return SimpleNamespace(ctx=await house.person(), gettext=str)


@pytest.fixture
def form(seen):
    return Fields(seen, {ATTEMPT: uuid4().hex, "name": "Pear"})


async def test_a_form_sent_again_leads_where_it_led(house, seen, form):
    done = []

    async def work():
        async with seen.ctx.transaction() as tx:
            await tx.raw.execute("SELECT pg_current_xact_id()")
        done.append("Pear")
        return "/bazaar/orders"

    assert [await once(seen, form, route="/pears", work=work) for _ in range(2)] == ["/bazaar/orders"] * 2
    assert done == ["Pear"]


async def test_work_that_was_done_and_then_failed_leads_nowhere_and_is_not_done_again(seen, form):
    async def work():
        async with seen.ctx.transaction() as tx:
            await tx.raw.execute("SELECT pg_current_xact_id()")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await once(seen, form, route="/pears", work=work)
    with pytest.raises(AnswerLost):
        await once(seen, form, route="/pears", work=work)
