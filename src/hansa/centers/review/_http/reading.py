from __future__ import annotations

from typing import Annotated

from litestar import get
from litestar.params import Parameter

from hansa.centers.product.types import PRODUCT_ID, SKU_ID
from hansa.centers.review import api
from hansa.centers.review._http.views import (
    Cursor,
    Limit,
    OrderReviewsView,
    OwnReviewView,
    RatingView,
    ReviewableView,
    ReviewView,
    buyer_review_view,
    own_view,
    rating_view,
    review_view,
)
from hansa.centers.review.errors import LineNotReceived
from hansa.centers.shop.types import SHOP_ID
from hansa.centers.trade.types import ORDER_ID
from hansa.kernel.context import Ctx
from hansa.kernel.http import problems
from hansa.kernel.ids import IdMalformed
from hansa.kernel.page import CursorMalformed, Page
from hansa.kernel.problem import Invalid, Unauthenticated

Stars = Annotated[
    int | None, Parameter(description="Only those that gave the item so many stars.", ge=1, le=5)
]
WithPictures = Annotated[
    bool | None, Parameter(description="Only those with pictures, or only those without.")
]


@get(
    "/products/{product_id:str}/reviews",
    summary="List a product's reviews",
    responses=problems(IdMalformed, CursorMalformed, Invalid),
)
async def list_product_reviews(
    ctx: Ctx,
    product_id: str,
    stars: Stars = None,
    pictures: WithPictures = None,
    cursor: Cursor = None,
    limit: Limit = 20,
) -> Page[ReviewView]:
    """Return the reviews of a product that can be read, newest first."""
    page = await api.product_reviews(
        ctx,
        product_id=PRODUCT_ID.read(product_id),
        stars=stars,
        pictures=pictures,
        cursor=cursor,
        limit=limit,
    )
    return Page([review_view(one) for one in page.items], page.cursor)


@get(
    "/products/{product_id:str}/rating",
    summary="Show a product's rating",
    responses=problems(IdMalformed),
)
async def show_product_rating(ctx: Ctx, product_id: str) -> RatingView:
    """Return how a product is rated in this business; without votes, the scores are the business's prior."""
    wanted = PRODUCT_ID.read(product_id)
    return rating_view((await api.product_ratings(ctx, [wanted]))[wanted])


@get(
    "/shops/{shop_id:str}/reviews",
    summary="List a shop's reviews",
    responses=problems(IdMalformed, CursorMalformed, Invalid),
)
async def list_shop_reviews(
    ctx: Ctx, shop_id: str, cursor: Cursor = None, limit: Limit = 20
) -> Page[ReviewView]:
    """Return the reviews of what a shop sold that can be read, newest first."""
    page = await api.shop_reviews(ctx, shop_id=SHOP_ID.read(shop_id), cursor=cursor, limit=limit)
    return Page([review_view(one) for one in page.items], page.cursor)


@get("/shops/{shop_id:str}/rating", summary="Show a shop's rating", responses=problems(IdMalformed))
async def show_shop_rating(ctx: Ctx, shop_id: str) -> RatingView:
    """Return the three scores of a shop in this business."""
    wanted = SHOP_ID.read(shop_id)
    return rating_view((await api.shop_ratings(ctx, [wanted]))[wanted])


@get(
    "/me/reviews",
    summary="List one's own reviews",
    responses=problems(Unauthenticated, CursorMalformed, Invalid),
)
async def list_my_reviews(ctx: Ctx, cursor: Cursor = None, limit: Limit = 20) -> Page[OwnReviewView]:
    """Return what the acting party reviewed in this business, newest first, with what is not to be read yet."""
    page = await api.my_reviews(ctx, cursor=cursor, limit=limit)
    return Page([own_view(one) for one in page.items], page.cursor)


@get(
    "/me/reviewable",
    summary="List what can be reviewed",
    responses=problems(Unauthenticated, CursorMalformed, Invalid),
)
async def list_reviewable(ctx: Ctx, cursor: Cursor = None, limit: Limit = 20) -> Page[ReviewableView]:
    """Return the lines the acting party received and may still review, the latest order first."""
    page = await api.reviewable(ctx, cursor=cursor, limit=limit)
    return Page(
        [
            ReviewableView(
                order_id=ORDER_ID.show(one.order_id),
                line_no=one.line_no,
                product_id=PRODUCT_ID.show(one.product_id),
                sku_id=SKU_ID.show(one.sku_id),
                shop_id=SHOP_ID.show(one.shop_id),
                title=one.title,
                options=one.options,
                received_at=one.received_at,
                open_until=one.open_until,
            )
            for one in page.items
        ],
        page.cursor,
    )


@get(
    "/orders/{order_id:str}/reviews",
    summary="Show what was said about an order",
    responses=problems(LineNotReceived, IdMalformed),
)
async def show_order_reviews(ctx: Ctx, order_id: str) -> OrderReviewsView:
    """Return the reviews of an order to its buyer and to the shop: one's own at once, the other's when revealed."""
    found = await api.order_reviews(ctx, order_id=ORDER_ID.read(order_id))
    return OrderReviewsView(
        order_id=ORDER_ID.show(found.order_id),
        open_until=found.open_until,
        revealed_at=found.revealed_at,
        reviews=[own_view(one) for one in found.reviews],
        of_buyer=buyer_review_view(found.of_buyer) if found.of_buyer else None,
    )
