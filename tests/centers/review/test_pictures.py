"""Pictures of a review: its author's own, uploaded first, shown once, and gone with their owner."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from PIL import Image

from hansa.centers.product import api as product
from hansa.centers.product._service.media import sweep_pictures as sweep_bytes
from hansa.centers.product.errors import PictureNotFound, PictureRefused
from hansa.centers.product.types import MEDIA_ID
from hansa.centers.review import api as review
from hansa.centers.review._service.personal import erase_words
from hansa.centers.review._service.picturing import UNUSED_MAX, sweep_pictures
from hansa.centers.review.errors import LineNotReceived, TooManyPictures
from hansa.centers.user import api as user
from hansa.centers.user.extensions import Erasure
from hansa.kernel.problem import Invalid, Unauthenticated


def a_picture(shade=0) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (24, 16), (shade, 80, 80)).save(file, "PNG")
    return file.getvalue()


async def upload(ctx, *, shade=0):
    return await review.add_picture(ctx, content=a_picture(shade))


async def is_there(ctx, media_id):
    try:
        await product.picture_bytes(ctx, media_id=media_id, form="thumb")
    except PictureNotFound:
        return False
    return True


async def age(house, *ids, days):
    """Let real time go by for what was uploaded, and for bytes that nobody has."""
    async with house.platform.db.transaction() as tx:
        for table, column in (("review.picture", "uploaded_at"), ("product.media_loose", "since")):
            await tx.raw.execute(
                f"UPDATE {table} SET {column} = {column} - $2::interval WHERE id = ANY($1::uuid[])",
                list(ids),
                timedelta(days=days),
            )


async def test_a_review_shows_pictures_of_its_author(bazaar):
    received = await bazaar.received()
    taken = [await upload(received.buyer, shade=shade) for shade in (1, 2)]

    await bazaar.write(received, body="See for yourself", media=taken)
    await bazaar.rate_buyer(received)

    (shown,) = await bazaar.shown(received)
    assert list(shown.words.media) == taken
    assert [await is_there(received.buyer, one) for one in taken] == [True, True]


async def test_pictures_that_are_not_there_or_not_ones_own_are_refused(bazaar, house):
    received, other = await bazaar.received(), await bazaar.received()
    of_a_stranger = await upload(other.buyer)

    for media in ([MEDIA_ID.new()], [of_a_stranger]):
        with pytest.raises(Invalid) as refused:
            await bazaar.write(received, media=media)
        assert [(error.field, error.code) for error in refused.value.errors] == [("pictures", "unknown")]

    own = await upload(received.buyer)
    await bazaar.write(received, media=[own])  # nothing was written before


async def test_a_picture_is_shown_once(bazaar):
    received = await bazaar.received(lines=2)
    own = await upload(received.buyer)
    await bazaar.write(received, media=[own])

    with pytest.raises(Invalid):
        await bazaar.write(received, line_no=2, media=[own])


async def test_a_follow_up_has_pictures_of_its_own(bazaar):
    received, written = await bazaar.reviewed()
    own = await upload(received.buyer)

    await review.follow_up(received.buyer, review_id=written, body="Half a year on", media=[own])

    (shown,) = await bazaar.shown(received)
    assert list(shown.follow_up.media) == [own]


async def test_what_the_guest_uploaded_is_the_accounts(bazaar, house):
    received = await bazaar.received()
    own = await upload(received.buyer)

    owner = await house.sign_up_as(received.buyer)

    await bazaar.write(received, by=owner, media=[own])
    await bazaar.rate_buyer(received)
    (shown,) = await bazaar.shown(received)
    assert list(shown.words.media) == [own]


async def test_nobody_uploads_without_end_or_without_a_session(bazaar, house):
    somebody = (await bazaar.received()).buyer
    for shade in range(UNUSED_MAX):
        await upload(somebody, shade=shade)

    with pytest.raises(TooManyPictures):
        await upload(somebody)
    with pytest.raises(Unauthenticated):
        await upload(house.platform.context(house.business, traffic=house.system.traffic))
    with pytest.raises(PictureRefused):
        await review.add_picture((await bazaar.received()).buyer, content=b"GIF89a, they say")


async def test_whoever_has_received_nothing_keeps_no_pictures_here(house):
    seller, buyer, guest = await house.seller(), await house.buyer(), await house.person(guest=True)
    await house.paid_order(buyer, await house.good(seller))  # it is still on its way
    await house.settle_down()

    for somebody in (buyer, guest):
        with pytest.raises(LineNotReceived):
            await upload(somebody)


async def test_what_nobody_showed_is_removed_and_what_is_shown_stays(bazaar, house):
    received = await bazaar.received()
    shown, forgotten = await upload(received.buyer), await upload(received.buyer)
    await bazaar.write(received, media=[shown])

    await age(house, shown, forgotten, days=2)
    await sweep_pictures(house.platform)
    await age(house, shown, forgotten, days=1)
    await sweep_bytes(house.platform)

    assert [await is_there(received.buyer, one) for one in (shown, forgotten)] == [True, False]


async def test_pictures_go_with_the_person_who_took_them(bazaar, house):
    owner = await house.person()
    received = await bazaar.received(buyer=owner)
    own = await upload(owner)
    await bazaar.write(received, media=[own])
    found = await user.export_personal_data(owner)
    assert MEDIA_ID.show(own) in str(found)

    async with house.platform.db.transaction() as tx:
        await erase_words(tx, [Erasure(house.system, (owner.party(),))])
    await age(house, own, days=1)
    await sweep_bytes(house.platform)

    assert not await is_there(owner, own)
