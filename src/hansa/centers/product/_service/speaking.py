"""What buyers and sellers may speak of: a product with the shop that keeps it, an offer with the shop that makes it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from hansa.centers.message import api as message
from hansa.centers.message.extensions import PicturesGone
from hansa.centers.message.types import ConversationSubject
from hansa.centers.product._service.media import disown_pictures, keep_picture, own_pictures
from hansa.centers.product._service.offers import offers
from hansa.centers.product._service.products import product
from hansa.centers.product.errors import ProductNotFound
from hansa.centers.product.types import OFFER_ID, PRODUCT_ID, MediaId
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.ids import IdMalformed
from hansa.kernel.texts import pick


async def add_conversation_picture(
    ctx: Ctx, *, subject: str, content: bytes | AsyncIterator[bytes]
) -> MediaId:
    """Take in a picture to show in a conversation about `subject`: its pixels alone are kept.

    What no message shows within a day is removed. Raises `Unauthenticated`, `message.subject_unknown`,
    `message.too_many_pictures`, `PictureRefused`, `PicturesUnavailable`.
    """
    await message.admit_picture(ctx, subject=subject)
    media_id = await keep_picture(ctx, content=content)
    async with ctx.transaction() as tx:
        await message.own_picture(tx, ctx, media_id)
        await own_pictures(tx, [media_id])
    return media_id


async def let_go(tx: Transaction, commands: Sequence[PicturesGone]) -> Sequence[None]:
    """Answer `message.pictures_gone`: their bytes are swept away."""
    await disown_pictures(tx, [MediaId(one) for command in commands for one in command.media])
    return [None for _ in commands]


async def spoken_of(ctx: Ctx, reference: str) -> ConversationSubject | None:
    """Answer `message.subject` for `prod_...` and `offer_...`; anybody may ask about what is on sale here."""
    try:
        if reference.startswith(f"{PRODUCT_ID.prefix}_"):
            found = (await product(ctx, PRODUCT_ID.read(reference))).product
            title = pick(found.titles, ctx.locale)
            return ConversationSubject(
                kind="product", reference=reference, title=title, shop_id=found.shop_id
            )
        if reference.startswith(f"{OFFER_ID.prefix}_"):
            offer_id = OFFER_ID.read(reference)
            offer = (await offers(ctx, [offer_id])).get(offer_id)
            if offer is not None:
                title = offer.title_in(ctx.locale)
                return ConversationSubject(
                    kind="offer", reference=reference, title=title, shop_id=offer.shop_id
                )
    except (IdMalformed, ProductNotFound):
        pass
    return None
