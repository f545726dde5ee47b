"""What buyers and sellers may speak of: a product with the shop that keeps it, an offer with the shop that makes it."""

from __future__ import annotations

from hansa.centers.message.types import ConversationSubject
from hansa.centers.product._service.offers import offers
from hansa.centers.product._service.products import product
from hansa.centers.product.errors import ProductNotFound
from hansa.centers.product.types import OFFER_ID, PRODUCT_ID
from hansa.kernel.context import Ctx
from hansa.kernel.ids import IdMalformed
from hansa.kernel.texts import pick


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
