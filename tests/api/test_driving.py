"""The platform keeps orders back and refunds them, by the API alone."""

from __future__ import annotations

import pytest

from callers import good, problem


@pytest.fixture
async def keeper(operator):
    return await operator()


async def state_of(caller, order):
    return good(await caller.get(f"/orders/{order}"))


async def test_a_paid_order_is_kept_back_and_let_go_on(bought, keeper):
    sold = await bought()
    order = sold["ids"]["order_id"]
    assert problem(await sold["seller"].post(f"/orders/{order}/hold", {}), 403, "request.forbidden")

    assert good(await keeper.post(f"/orders/{order}/hold", {}))["state"] == "paid_on_hold"
    problem(await sold["seller"].post(f"/orders/{order}/ship", {}), 409, "trade.illegal_move")
    assert good(await keeper.post(f"/orders/{order}/release", {}))["state"] == "awaiting_shipment"
    good(await sold["seller"].post(f"/orders/{order}/ship", {}))


async def test_what_was_sent_is_kept_from_being_paid_out_and_refunded(bought, keeper):
    sold = await bought()
    order = sold["ids"]["order_id"]
    good(await sold["seller"].post(f"/orders/{order}/ship", {}))
    good(await keeper.post(f"/orders/{order}/refund-decision", {"lines": [1]}))
    assert (await state_of(sold["buyer"], order))["lines"][0]["state"] == "refunding"
    good(await keeper.post(f"/orders/{order}/refund-decline", {"lines": [1]}))
    assert (await state_of(sold["buyer"], order))["lines"][0]["state"] == "shipped"

    good(await keeper.post(f"/orders/{order}/refund", {}))

    refunded = await state_of(sold["buyer"], order)
    assert (refunded["state"], refunded["refunded"]) == ("refunded", refunded["payable"])
    problem(await keeper.post(f"/orders/{order}/refund", {}), 409, "trade.illegal_move")
