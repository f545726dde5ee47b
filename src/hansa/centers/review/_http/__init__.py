"""Review's routes: buyers and sellers write, everybody reads what is shown, moderators decide."""

from hansa.centers.review._http.moderating import decide_entry, list_decisions, list_waiting
from hansa.centers.review._http.reading import (
    list_my_reviews,
    list_product_reviews,
    list_reviewable,
    list_shop_reviews,
    show_order_reviews,
    show_product_rating,
    show_shop_rating,
)
from hansa.centers.review._http.writing import (
    add_follow_up,
    add_reply,
    add_review,
    rate_buyer,
    report_review,
    upload_review_picture,
    withdraw_review,
)

ROUTES = (
    list_product_reviews,
    show_product_rating,
    list_shop_reviews,
    show_shop_rating,
    list_my_reviews,
    list_reviewable,
    show_order_reviews,
    upload_review_picture,
    add_review,
    rate_buyer,
    add_follow_up,
    add_reply,
    report_review,
    withdraw_review,
    list_waiting,
    decide_entry,
    list_decisions,
)
