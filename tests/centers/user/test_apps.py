"""Apps that others let in: what they are given themselves, and tokens that somebody else issues and ends."""

from datetime import timedelta
from uuid import uuid4

import pytest

from hansa.centers.user import api
from hansa.centers.user.errors import PartyNotFound, TooManyTokens
from hansa.centers.user.extensions import GRANTS, Grant
from hansa.kernel.problem import Invalid

OF_A_SHOP = "trade.order.read@shop:00000000-0000-0000-0000-000000000001"


@pytest.fixture
async def installed(houses):
    """A house where somebody installed everything that asks, and an app of Ada's."""
    given = {"permissions": [OF_A_SHOP]}
    apps = set()

    async def installations(ctx, parties):
        return [Grant(party, name) for party in parties if party in apps for name in given["permissions"]]

    house = await houses(answers=[GRANTS.by(installations)])
    ada = await house.person()
    app = await api.register_app(ada, name="ERP")
    apps.add(app)
    return house, ada, app, given


async def issue(ctx, app, *, grants=(OF_A_SHOP,), days=90):
    async with ctx.transaction() as tx:
        return await api.issue_token_for(
            tx, ctx, party=app, label="stock", grants=grants, expires_at=ctx.now() + timedelta(days=days)
        )


async def end(ctx, app, *tokens, at):
    async with ctx.transaction() as tx:
        return await api.end_app_tokens(tx, ctx, app=app, token_ids=[one.token.id for one in tokens], at=at)


async def test_an_app_does_what_it_was_given_though_its_owner_may_not(installed):
    house, ada, app, given = installed
    issued = await issue(house.system, app, grants=[OF_A_SHOP, "user.role.grant"])

    assert (await house.whoever(issued.secret)).grants == {OF_A_SHOP}
    assert OF_A_SHOP not in ada.actor.grants

    given["permissions"] = []
    async with house.db.transaction() as tx:
        await api.grants_changed(tx, house.system, [app])
    assert (await house.whoever(issued.secret)).grants == frozenset()


async def test_a_token_is_ended_at_once_or_after_a_while(installed):
    house, ada, app, _ = installed
    first, second = await issue(ada, app), await issue(ada, app)

    assert await end(ada, app, first, at=ada.now()) == [first.token.id]
    assert await house.whoever(first.secret) is None
    assert await end(ada, app, first, at=ada.now()) == []

    await end(ada, app, second, at=ada.now() + timedelta(hours=1))
    assert await house.whoever(second.secret) is not None
    await end(ada, app, second, at=ada.now() + timedelta(days=1))
    await house.later(timedelta(hours=1, minutes=1))
    assert await house.whoever(second.secret) is None  # a later end never takes an earlier one back

    assert (await house.told()).count("user.token_revoked") == 1
    async with house.db.transaction() as tx:
        assert await api.app_tokens(tx, ada, app) == []


async def test_only_living_apps_get_tokens_and_not_without_end(installed):
    house, ada, app, _ = installed

    with pytest.raises(PartyNotFound):
        await issue(ada, uuid4())
    with pytest.raises(Invalid) as wrong:
        await issue(ada, app, grants=["*"], days=-1)
    assert {error.field for error in wrong.value.errors} == {"grants.0", "expires_at"}
    for _ in range(50):
        await issue(ada, app)
    with pytest.raises(TooManyTokens):
        await issue(ada, app)
    async with house.db.transaction() as tx:
        assert len(await api.app_tokens(tx, ada, app)) == 50
        assert await api.apps_by_id(tx, [app, ada.party()]) == {app: (await api.apps_by_id(tx, [app]))[app]}
        assert (await api.apps_by_id(tx, [app]))[app].owner == ada.party()


async def test_nobody_elses_tokens_are_ended_with_an_apps(installed):
    house, ada, app, _ = installed
    other = await api.register_app(ada, name="Till")
    issued = await issue(ada, other)

    assert await end(ada, app, issued, at=ada.now()) == []
    assert await house.whoever(issued.secret) is not None
