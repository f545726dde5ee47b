"""A shop's life: every step there is, and every one there is not."""

from itertools import product
from uuid import uuid4

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from hansa.centers.shop import api as shop
from hansa.centers.shop._rules.states import INVITATION_TRANSITIONS, TRANSITIONS, may_become
from hansa.centers.shop._service import steps
from hansa.centers.shop.errors import StatusUnchangeable
from hansa.centers.shop.events import ShopStatusChanged
from hansa.centers.shop.terms import Onboarding
from hansa.centers.shop.types import InvitationState, Reason, ShopStatus

STATUSES = list(ShopStatus)
PAIRS = list(product([None, *STATUSES], STATUSES))


def test_every_status_says_where_it_leads_and_only_the_end_leads_nowhere():
    assert set(TRANSITIONS) == {None, *STATUSES}
    assert [status for status, wanted in TRANSITIONS.items() if not wanted] == [ShopStatus.CLOSED]


def test_every_shop_can_come_to_an_end():
    ends = {ShopStatus.CLOSED}
    while more := {one for one in STATUSES if TRANSITIONS[one] & ends} - ends:
        ends |= more
    assert ends == set(STATUSES)


@given(st.lists(st.sampled_from(STATUSES), max_size=12))
def test_nobody_sells_without_having_been_let_in(walk):
    """However the walk goes, a shop that began pending is active only after it was approved."""
    status, approved = ShopStatus.PENDING, False
    for wanted in walk:
        if may_become(status, wanted):
            status, approved = wanted, approved or wanted is ShopStatus.APPROVED
        assert approved or status is not ShopStatus.ACTIVE


@pytest.fixture
async def opened(market):
    return (await market.seller())[0]


async def test_the_database_takes_the_legal_steps_and_no_other(market, opened):
    taken = set()
    for previous, status in PAIRS:
        try:
            await market.rows(
                "UPDATE shop.shop SET previous_status = $1, status = $2, submission = 1, submitted_at = now()",
                previous,
                status,
            )
        except asyncpg.CheckViolationError:
            continue
        taken.add((previous, status))

    assert taken == {(previous, status) for previous, wanted in TRANSITIONS.items() for status in wanted}


async def test_the_history_takes_the_legal_steps_and_no_other(market, opened):
    taken = set()
    for at, (previous, status) in enumerate(PAIRS, 2):
        try:
            await market.rows(
                """INSERT INTO shop.status_change VALUES ($1, $2, $3, $4, 'system', 'test', '[]', now())""",
                opened.id,
                at,
                previous,
                status,
            )
        except asyncpg.CheckViolationError:
            continue
        taken.add((previous, status))

    assert taken == {(previous, status) for previous, wanted in TRANSITIONS.items() for status in wanted}


async def test_the_database_takes_the_legal_steps_of_an_invitation_and_no_other(market, opened):
    taken = set()
    states = list(InvitationState)
    for previous, state in product([None, *states], states):
        accepted_by = uuid4() if state is InvitationState.ACCEPTED else None
        try:
            await market.rows(
                """INSERT INTO shop.invitation
                     (id, shop_id, secret_hash, roles, permissions, previous_state, state, invited_at, expires_at,
                      accepted_by)
                   VALUES (gen_random_uuid(), $1, uuid_send(gen_random_uuid()), '{manager}', '{}', $2, $3, now(),
                           now(), $4)""",
                opened.id,
                previous,
                state,
                accepted_by,
            )
        except asyncpg.CheckViolationError:
            continue
        taken.add((previous, state))

    assert taken == {
        (previous, state) for previous, wanted in INVITATION_TRANSITIONS.items() for state in wanted
    }


@pytest.mark.parametrize(
    ("before", "after"), [(was, one) for was, wanted in TRANSITIONS.items() if was for one in sorted(wanted)]
)
async def test_a_step_is_taken_written_down_and_told(markets, before, after):
    market = await markets(terms=[Onboarding(review=True)])
    opened, _ = await market.seller()
    reached = await walk_to(market, opened, before)

    async with market.db.transaction() as tx:
        moved = await steps.take(
            tx, market.ctx, reached, after, cause="test", reasons=[Reason(code="because")]
        )

    assert (moved.status, moved.version) == (after, reached.version + 1)
    assert (await shop.shops(market.ctx, [opened.id]))[opened.id] == moved
    last = (await shop.status_history(market.ctx, shop_id=opened.id)).items[0]
    assert (last.previous, last.status, last.version) == (before, after, moved.version)
    assert (last.actor, last.cause, last.reasons) == ("system", "test", (Reason(code="because"),))
    assert f'"status": "{after}"' in (await market.told(ShopStatusChanged.topic))[-1]
    assert await market.verify() == []


async def test_every_other_step_is_refused_before_anything_is_written(market, opened):
    for before, after in product(STATUSES, STATUSES):
        if not may_become(before, after):
            async with market.db.transaction() as tx:
                with pytest.raises(StatusUnchangeable):
                    await steps.take(tx, market.ctx, replace(opened, status=before), after, cause="test")

    assert len((await shop.status_history(market.ctx, shop_id=opened.id)).items) == 1


async def walk_to(market, opened, status):
    """Bring a pending shop to a status by the shortest legal way."""
    ways = {ShopStatus.PENDING: []}
    while status not in ways:
        for at, way in list(ways.items()):
            for wanted in TRANSITIONS[at]:
                ways.setdefault(wanted, [*way, wanted])
    for wanted in ways[status]:
        async with market.db.transaction() as tx:
            opened = await steps.take(tx, market.ctx, opened, wanted, cause="test")
    return opened
