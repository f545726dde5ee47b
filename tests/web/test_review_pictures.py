"""Pictures that buyers send with a review: looked at, kept by a form that comes back, shown with the product."""

from __future__ import annotations

import io
import os
import re
from uuid import uuid4

import pytest
from PIL import Image
from surfer import ADDRESS, CARD

from hansa.centers.product import api as product
from hansa.centers.product.types import PRODUCT_ID
from hansa.centers.review import api as review
from hansa.centers.trade import api as trade
from hansa.centers.trade.types import ORDER_ID

pytestmark = [pytest.mark.timeout(300), pytest.mark.enable_socket]

SCORES = {"item": "5", "service": "4", "delivery": "3"}


def photograph(side=32):
    """A picture of noise: as many bytes as its pixels have."""
    shot = io.BytesIO()
    Image.frombytes("RGB", (side, side), os.urandom(side * side * 3)).save(shot, "PNG")
    return shot.getvalue()


def sends(surfer, ending, *shots, **typed):
    """Fill in a form of the page and send it with pictures."""
    at, fields = surfer.form(ending)
    del fields["files"]
    files = [("files", (f"{number}.png", shot, "image/png")) for number, shot in enumerate(shots)]
    surfer.page = surfer.client.post(at, data=fields | typed, files=files or {"files": ("", b"")})
    return surfer.page


def shown(page):
    """The ids of the pictures that a page shows."""
    return re.findall(r'<img[^>]* src="/bazaar/api/pictures/(media_[0-9a-z]+)/thumb"', page.text)


@pytest.fixture
def received(surfer, front):
    """Somebody received something and is about to review it; returns its order, its page and its seller."""
    surfer.sign_up(f"{uuid4().hex}@example.com", name="Lin")

    async def story():
        seller = await front.house.seller()
        good = await front.house.good(seller)
        offer = (await product.offers(front.house.system, [good.offer_id]))[good.offer_id]
        return seller, f"/bazaar/products/{PRODUCT_ID.show(offer.product_id)}"

    seller, path = front.do(story())
    surfer.add(path)
    surfer.open("/bazaar/checkout")
    surfer.send("/checkout", **ADDRESS)
    surfer.send(surfer.page.url.path.rpartition("/")[2], **CARD)
    here = surfer.open("/bazaar/orders").text.partition('class="plain" href="')[2].partition('"')[0]
    front.do(trade.ship(seller.ctx, order_id=ORDER_ID.read(here.rpartition("/")[2])))
    surfer.open(here)
    surfer.send("/receive")
    front.do(front.house.settle_down())
    surfer.open(f"{here}/lines/1/review")
    return here, path, seller


def revealed(front, here, seller):
    actor = seller.ctx.actor
    grants = frozenset({f"review.buyer.write@shop:{seller.shop_id}"})
    ctx = seller.ctx.with_(actor=type(actor)(actor.kind, actor.party, grants))
    front.do(review.review_buyer(ctx, order_id=ORDER_ID.read(here.rpartition("/")[2]), score=5))
    front.do(front.house.settle_down())


def test_a_review_with_pictures_is_shown_with_the_product_and_among_ones_own(
    surfer, somebody_else, front, received
):
    here, path, seller = received

    page = sends(surfer, "/review", photograph(), photograph(), **SCORES, body="Juicy, and none was bruised.")

    assert "Thank you for your review." in page.text
    assert len(shown(page)) == 2
    assert shown(somebody_else.open(path)) == []
    revealed(front, here, seller)
    assert shown(somebody_else.open(path)) == shown(page)
    thumb, large = (f"/bazaar/api/pictures/{shown(page)[0]}/{form}" for form in ("thumb", "large"))
    assert f'href="{large}"' in somebody_else.page.text
    assert somebody_else.client.get(thumb).headers["content-type"] == "image/webp"

    surfer.open("/bazaar/reviews")
    later = surfer.page.text.partition('href="/bazaar/reviews/')[2].partition('"')[0]
    surfer.open(f"/bazaar/reviews/{later}")
    sends(surfer, "/later", photograph(), body="Jam by now, and good jam.")
    assert len(shown(somebody_else.open(path))) == 3


def test_a_form_that_comes_back_still_has_its_pictures_and_one_is_left_out(surfer, received):
    page = sends(surfer, "/review", photograph(), photograph(), **(SCORES | {"service": ""}))
    assert page.status_code == 422
    first, second = shown(page)

    at, fields = surfer.form("/review")
    del fields["files"], fields["picture-1"]
    surfer.page = surfer.client.post(at, data=fields | SCORES, files={"files": ("", b"")})

    assert shown(surfer.page) == [second]
    assert first not in surfer.page.text


def test_pictures_are_added_before_anything_else_is_said(surfer, received):
    page = sends(surfer, "/review", photograph(), add="yes")

    assert page.status_code == 200
    assert "One to five stars, please" not in page.text
    assert len(shown(sends(surfer, "/review", photograph(), add="yes"))) == 2


def test_what_is_no_picture_is_said_at_its_field_and_the_others_stay(surfer, received):
    page = sends(surfer, "/review", photograph(), b"GIF89a but not really", **SCORES, body="Juicy.")

    assert page.status_code == 422
    assert "This is no picture that can be shown" in page.text
    assert "Juicy." in page.text
    assert len(shown(page)) == 1


def test_more_pictures_than_a_review_has_are_refused(surfer, received):
    page = sends(surfer, "/review", *[photograph(4)] * 10, **SCORES)

    assert page.status_code == 422
    assert "Fewer pictures, please" in page.text


def test_somebody_elses_picture_cannot_be_shown(surfer, somebody_else, received, front):
    page = sends(surfer, "/review", photograph(), add="yes")
    theirs = PRODUCT_ID.show(PRODUCT_ID.new()).replace("prod_", "media_")

    for name, value in (("picture-1", theirs), ("picture-1", "nonsense")):
        at, fields = surfer.form("/review")
        del fields["files"]
        answer = surfer.client.post(at, data=fields | SCORES | {name: value}, files={"files": ("", b"")})
        assert answer.status_code in {400, 404, 422}
    assert (
        "Some of these pictures are gone"
        in surfer.client.post(
            at, data=fields | SCORES | {"picture-1": theirs}, files={"files": ("", b"")}
        ).text
    )
    assert len(shown(page)) == 1


def test_a_review_that_is_sent_twice_is_written_once(surfer, received):
    at, fields = surfer.form("/review")
    del fields["files"]
    file = {"files": ("1.png", photograph(), "image/png")}

    once, twice = (
        surfer.client.post(at, data=fields | SCORES | {"body": "Twice."}, files=file) for _ in range(2)
    )

    assert once.text.count("Twice.") == twice.text.count("Twice.") == 1
    assert shown(once) == shown(twice)


def test_a_picture_may_be_longer_than_other_forms_and_no_longer_than_pictures_are(surfer, received):
    long, too_long = photograph(700), photograph(1900)
    assert 1 << 20 < len(long) < 10_000_000 < len(too_long)

    page = sends(surfer, "/review", long, add="yes")
    assert len(shown(page)) == 1

    assert sends(surfer, "/review", too_long, add="yes").status_code == 413
    stranger = surfer.client.post("/bazaar/login", data={"email": "x" * (1 << 21)})
    assert stranger.status_code == 413


def test_a_buyer_shows_the_seller_a_picture_and_both_pages_have_it(surfer, received):
    here, _, _ = received
    subject = here.rpartition("/")[2]
    surfer.open(f"/bazaar/talk/{subject}")
    page = sends(surfer, f"/talk/{subject}", photograph(), text="It came broken")

    assert page.status_code == 200
    assert "It came broken" in page.text
    (picture,) = shown(page)
    assert surfer.open(f"/bazaar/api/pictures/{picture}/large").status_code == 200


def test_what_cannot_be_shown_to_a_seller_is_said_at_its_field(surfer, received):
    here, _, _ = received
    subject = here.rpartition("/")[2]
    surfer.open(f"/bazaar/talk/{subject}")
    page = sends(surfer, f"/talk/{subject}", b"nothing of the kind", text="It came broken")

    assert page.status_code == 422
    assert "This is no picture that can be shown" in page.text
    assert "It came broken" in page.text
