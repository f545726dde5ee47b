"""Reviews: those of a product, those of one's own, and writing one."""

from __future__ import annotations

from datetime import datetime

from hansa.web.parts import (
    Form,
    Line,
    Link,
    MyReview,
    Notice,
    Pager,
    Picture,
    Rating,
    Review,
    Scale,
    ToReview,
    Upload,
)
from hansa.web.views.base import View


class ReviewsPage(View, frozen=True, kw_only=True):
    """`/{business}/products/{id}/reviews`: what buyers say of a product; `tabs` narrow it by stars."""

    template = "pages/reviews.html"
    product: Link
    picture: Picture
    rating: Rating | None
    reviews: tuple[Review, ...]
    pager: Pager
    tabs: tuple[Link, ...] = ()
    crumbs: tuple[Link, ...] = ()


class MyReviewsPage(View, frozen=True, kw_only=True):
    """`/{business}/reviews`: what waits for one's review, and what one wrote."""

    template = "pages/my_reviews.html"
    waiting: tuple[ToReview, ...]
    written: tuple[MyReview, ...]
    pager: Pager


class WriteReviewPage(View, frozen=True, kw_only=True):
    """`/{business}/orders/{id}/lines/{no}/review`: three scores and words; or, without `scales`, words added later.

    Sends the fields of `scales` (1 to 5), `body` and files as `files`; with `add` it comes back with its pictures.
    `uploads` are those that came with it already.
    """

    template = "pages/write_review.html"
    title: str
    line: Line
    post_url: str
    button: str
    crumbs: tuple[Link, ...] = ()
    scales: tuple[Scale, ...] = ()
    before: str = ""
    """What one said the first time."""
    until: datetime | None = None
    notice: Notice | None = None
    uploads: tuple[Upload, ...] = ()
    uploads_max: int = 9
    form: Form = Form()
