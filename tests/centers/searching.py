"""Searching as its tests speak of it: goods with names that nobody else uses, so that stories keep apart."""

from uuid import uuid4

from hansa.centers.product import api as product
from hansa.centers.product.types import NewSku, Option, OptionValue
from hansa.centers.search import api as search
from hansa.centers.search.types import Filters
from hansa.kernel.money import Money

_LETTERS = str.maketrans("0123456789", "ghijklmnop")


def made_up():
    """A word that nobody else uses."""
    return uuid4().hex.translate(_LETTERS)[:14]


def glazes(*codes):
    """An option with these values."""
    return Option(
        "glaze", {"en": "Glaze", "zh": "釉色"}, tuple(OptionValue(c, {"en": c.title()}) for c in codes)
    )


class Library:
    """What these stories do in the house."""

    def __init__(self, house):
        self.house = house
        self.ctx = house.system

    async def put(self, titles, *, price=1000, seller=None, glaze=(), deliver=True, ctx=None, **about):
        """Something new on sale, and found as soon as events have arrived."""
        seller = seller or await self.house.seller()
        texts = {"en": titles} if isinstance(titles, str) else titles
        skus = [NewSku(values={"glaze": one}, price=Money(price, "CNY")) for one in glaze]
        page = await product.create_product(
            ctx or self.ctx,
            shop_id=seller.shop_id,
            titles=texts,
            skus=skus or [NewSku(price=Money(price, "CNY"))],
            options=[glazes(*glaze)] if glaze else [],
            **about,
        )
        if deliver:
            await self.house.deliver()
        return page

    async def find(self, query="", *, ctx=None, facets=None, **about):
        """What a query finds."""
        filters = about.pop("filters", None) or Filters(facets=facets or {})
        return await search.search(ctx or self.ctx, query=query, filters=filters, **about)

    async def titles(self, query="", **about):
        """The English titles of what a query finds, in order."""
        return [hit.titles.get("en") for hit in (await self.find(query, **about)).hits]

    async def all_pages(self, query="", *, limit=2, **about):
        """Product ids of every page, in order."""
        found, cursor = [], None
        while True:
            page = await self.find(query, limit=limit, cursor=cursor, **about)
            found += [hit.product_id for hit in page.hits]
            if (cursor := page.cursor) is None:
                return found
