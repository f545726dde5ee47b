"""Reviews as their tests speak of them: somebody who received something, and the shop it came from."""

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import uuid4

from hansa.centers.review import api as review
from hansa.centers.review.types import Scores
from hansa.centers.trade import api as trade
from hansa.centers.trade.types import OrderId
from hansa.kernel.context import SYSTEM, Actor, Ctx

GOOD = Scores(5, 5, 5)
BAD = Scores(1, 1, 1)
PERMISSIONS = ("review.reply.write", "review.buyer.write", "review.order.read")
WINDOW = timedelta(days=15)
AFTER_THE_WINDOW = WINDOW + timedelta(minutes=1)


def wide(text):
    """The same in full-width forms, as somebody writes who wants to get past a pattern."""
    return text.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)})


def words():
    """Something that nobody else said."""
    return f"Pears {uuid4().hex.translate(str.maketrans('0123456789', 'ghijklmnop'))}"


def staff_of(seller):
    """The seller with what it may do in its own shop, as a session would say."""
    actor = seller.ctx.actor
    grants = actor.grants | {f"{name}@shop:{seller.shop_id}" for name in PERMISSIONS}
    return seller.ctx.with_(actor=Actor(actor.kind, actor.party, grants))


@dataclass
class Received:
    """An order that arrived."""

    buyer: Ctx
    seller: Ctx
    order_id: OrderId
    shop_id: object
    product_id: object


class Bazaar:
    """What these stories do in the house."""

    def __init__(self, house):
        self.house = house
        self.moderator = house.system.with_(actor=SYSTEM)

    async def received(self, *, seller=None, lines=1, buyer=None, days=1):
        """Somebody buys, waits for some days, and receives."""
        house = self.house
        seller = seller or await house.seller()
        buyer = buyer or await house.buyer()
        goods = [await house.good(seller) for _ in range(lines)]
        order_id = await house.paid_order(buyer, *goods)
        if days:
            await house.wait(timedelta(days=days))
        await trade.ship(seller.ctx, order_id=order_id)
        await trade.receive(buyer, order_id=order_id)
        await house.deliver()
        order = await trade.order(buyer, order_id=order_id)
        return Received(buyer, staff_of(seller), order_id, seller.shop_id, order.lines[0].product_id)

    async def write(self, received, scores=GOOD, body="", *, line_no=1, by=None, media=()):
        return await review.write_review(
            by or received.buyer,
            order_id=received.order_id,
            line_no=line_no,
            scores=scores,
            body=body,
            media=media,
        )

    async def rate_buyer(self, received, score=5, body="", *, by=None):
        return await review.review_buyer(
            by or received.seller, order_id=received.order_id, score=score, body=body
        )

    async def shown(self, received, *, reader=None):
        """What everybody can read about the product."""
        page = await review.product_reviews(reader or self.house.system, product_id=received.product_id)
        return list(page.items)

    async def rating(self, received):
        return (await review.product_ratings(self.house.system, [received.product_id]))[received.product_id]

    async def shop_rating(self, received):
        return (await review.shop_ratings(self.house.system, [received.shop_id]))[received.shop_id]

    async def reviewed(self, scores=GOOD, body="", **about):
        """A review that can be read, for both sides have written: (received, review id)."""
        received = await self.received(**about)
        written = await self.write(received, scores, body)
        await self.rate_buyer(received)
        return received, written

    def person(self, *grants):
        return replace(self.house.system, actor=Actor("person", None, frozenset(grants)))
