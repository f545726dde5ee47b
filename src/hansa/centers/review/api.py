"""What other centers and faces may ask of reviews."""

from hansa.centers.review._service.moderating import decide, decisions, waiting
from hansa.centers.review._service.objecting import report_entry, withdraw_review
from hansa.centers.review._service.picturing import add_picture
from hansa.centers.review._service.reading import (
    my_reviews,
    order_reviews,
    product_ratings,
    product_reviews,
    reviewable,
    shop_ratings,
    shop_reviews,
)
from hansa.centers.review._service.writing import follow_up, reply, review_buyer, write_review

__all__ = [
    "add_picture",
    "decide",
    "decisions",
    "follow_up",
    "my_reviews",
    "order_reviews",
    "product_ratings",
    "product_reviews",
    "reply",
    "report_entry",
    "review_buyer",
    "reviewable",
    "shop_ratings",
    "shop_reviews",
    "waiting",
    "withdraw_review",
    "write_review",
]
