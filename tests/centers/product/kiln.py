"""What the tests of products speak of: teapots with glazes, prices in euros."""

from hansa.centers.product import api as product
from hansa.centers.product.types import NewSku, OfferDemand, Option, OptionValue
from hansa.kernel.money import Money

GLAZE = Option(
    "glaze",
    {"en": "Glaze"},
    (OptionValue("celadon", {"en": "Celadon", "zh": "梅子青"}), OptionValue("ink", {"en": "Dark clay"})),
)
SIZE = Option("size", {"en": "Size"}, (OptionValue("s", {"en": "small"}), OptionValue("l", {"en": "large"})))


def eur(minor):
    return Money(minor, "EUR")


async def make(seller, *, title="Teapot", price=1000, category=None, **about):
    """Have a seller create a product."""
    opened, ctx = seller
    return await product.create_product(
        ctx,
        **{
            "shop_id": opened.id,
            "titles": {"en": title},
            "skus": [NewSku(price=eur(price))],
            "category_id": category.id if category else None,
            **about,
        },
    )


async def check(market, *pairs, ctx=None):
    """The verdict on one placement that quoted these (offer, version) pairs."""
    return (await market.run(product.CHECK_OFFERS, OfferDemand(ctx or market.ctx, pairs)))[0]
