"""What a shop photographed is what buyers see, in lists and on the product's page."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image

from hansa.centers.product import api as product
from hansa.centers.product.types import MEDIA_ID, PRODUCT_ID, ProductEdit

pytestmark = [pytest.mark.timeout(300), pytest.mark.enable_socket]


def png(colour):
    shot = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(shot, "PNG")
    return shot.getvalue()


@pytest.fixture
def photographed(front):
    """Something with two photographs; returns its page, its title and the photographs."""

    async def story():
        house = front.house
        seller = await house.seller()
        good = await house.good(seller)
        offer = (await product.offers(house.system, [good.offer_id]))[good.offer_id]
        media = [
            (await product.add_picture(house.system, shop_id=seller.shop_id, content=png(colour))).id
            for colour in ("red", "green")
        ]
        done = await product.edit_product(
            house.system, product_id=offer.product_id, edit=ProductEdit(pictures=tuple(media))
        )
        await house.settle_down()
        path = f"/bazaar/products/{PRODUCT_ID.show(offer.product_id)}"
        return path, done.product.titles["en"], [MEDIA_ID.show(one) for one in media]

    return front.do(story())


def test_the_page_shows_the_first_large_and_leads_to_the_others(surfer, photographed):
    path, title, (first, second) = photographed
    page = surfer.open(path).text

    assert f'src="/bazaar/api/pictures/{first}/large" alt="{title}"' in page
    assert f'<a href="/bazaar/api/pictures/{second}/large"><img' in page
    assert f'alt="{title}, picture 2"' in page
    assert 'class="picture scene' not in page


def test_lists_and_searches_show_the_first(surfer, photographed):
    _path, title, (first, _second) = photographed

    for path in ("/bazaar/", f"/bazaar/?q={title.rpartition(' ')[2]}"):
        page = surfer.open(path).text
        card = next(card for card in page.split('<li class="good') if f">{title}</a>" in card)
        assert re.findall(r"/pictures/(media_[0-9a-z]+)/medium", card) == [first], path
