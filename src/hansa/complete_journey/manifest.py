"""The business that the year is sold in: a published configuration, so that it comes and goes without a deploy."""

from __future__ import annotations

from datetime import timedelta

from hansa.centers.shop.types import Commission
from hansa.centers.trade.terms import Coupons, Deadlines
from hansa.kernel.business import Business
from hansa.kernel.context import SYSTEM, Ctx, Traffic
from hansa.kernel.platform import Platform
from hansa.plays.history import history

PATH = "complete-journey"
CURRENCY = "USD"

COMPLETE_JOURNEY = Business(
    PATH,
    title={"en": "The Complete Journey", "zh": "全程购物"},
    texts={
        "lede": {
            "en": "A real grocer's year, told again basket by basket.",
            "zh": "一家真实超市的一年，一篮一篮重新讲述。",
        },
    },
    currency=CURRENCY,
    languages=("en", "zh"),
    entity="complete-journey",
    traffic=Traffic.REPLAY,
    look={"wall": "mist"},
    terms=[
        Commission(basis_points=0),
        Coupons(pay_all=True),  # 166 baskets of the year cost nothing but coupons
        # A basket is quoted, paid and taken home at one and the same moment.
        Deadlines(quote=timedelta(hours=1), pay=timedelta(hours=1), cancel=timedelta()),
    ],
    plays=[history()],
)


def context(platform: Platform) -> Ctx:
    """Return the platform's own context in the business. Raises `UnknownBusiness` before anything was loaded."""
    return platform.context(PATH, traffic=Traffic.REPLAY, actor=SYSTEM)


async def publish(platform: Platform) -> Ctx:
    """Publish the business where it is not there yet, or not as it stands here; return the platform's own context in it."""
    async with platform.db.transaction() as tx:
        if await platform.plans.compare(tx, [COMPLETE_JOURNEY]):
            await platform.plans.publish(tx, [COMPLETE_JOURNEY], by="complete journey")
    return context(platform)
