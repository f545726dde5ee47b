from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar.params import Parameter

from hansa.centers.product.types import MEDIA_ID, PRODUCT_ID, SKU_ID
from hansa.centers.review.types import (
    BODY_MAX,
    ENTRY_ID,
    PICTURES_MAX,
    BuyerReview,
    EntryId,
    EntryKind,
    EntryState,
    Rating,
    Review,
    Score,
    Words,
)
from hansa.centers.shop.types import SHOP_ID
from hansa.centers.trade.types import ORDER_ID

Cursor = Annotated[
    str | None, Parameter(description="Where the page starts; from the page before.", max_length=500)
]
Limit = Annotated[int, Parameter(description="How many at most.", ge=1, le=100)]
Text = Annotated[
    str, msgspec.Meta(max_length=BODY_MAX, examples=["The glaze is even better than the picture."])
]
Pictures = Annotated[
    list[Annotated[str, msgspec.Meta(max_length=64)]],
    msgspec.Meta(max_length=PICTURES_MAX, description="Ids of pictures that were uploaded before."),
]


class WordsView(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was said. `erased`: its author was forgotten, and the words with them."""

    id: str
    text: str
    pictures: list[str]
    """They are at `/api/pictures/{id}/large`, `medium` and `thumb`."""
    state: EntryState
    written_at: datetime
    shown_at: datetime | None
    erased: bool


class ReviewView(msgspec.Struct, frozen=True, kw_only=True):
    """A review of a received line, with its follow-up and the seller's reply. Authors stay unnamed."""

    id: str
    product_id: str
    sku_id: str
    shop_id: str
    title: str
    options: str
    item: int
    service: int
    delivery: int
    words: WordsView
    follow_up: WordsView | None
    reply: WordsView | None


class OwnReviewView(msgspec.Struct, frozen=True, kw_only=True):
    """A review for those who have to do with the order."""

    order_id: str
    line_no: int
    review: ReviewView


class BuyerReviewView(msgspec.Struct, frozen=True, kw_only=True):
    """What a shop said of the buyer of an order."""

    order_id: str
    score: int
    words: WordsView


class OrderReviewsView(msgspec.Struct, frozen=True, kw_only=True):
    """What was said about an order, as far as the reader may know it yet."""

    order_id: str
    open_until: datetime
    revealed_at: datetime | None
    reviews: list[OwnReviewView]
    of_buyer: BuyerReviewView | None


class ReviewableView(msgspec.Struct, frozen=True, kw_only=True):
    """A received line that may still be reviewed."""

    order_id: str
    line_no: int
    product_id: str
    sku_id: str
    shop_id: str
    title: str
    options: str
    received_at: datetime
    open_until: datetime


class RatingView(msgspec.Struct, frozen=True, kw_only=True):
    """A rating. Scores are in hundredths of a star, shrunk so that a few votes cannot swing them."""

    votes: int
    item: int
    service: int
    delivery: int
    stars: list[int]
    """How many gave the item 1, 2, 3, 4 and 5."""


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """What was written; whether it can be read yet says who may read it."""

    id: str


class WriteReview(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A review: three scores, and words and pictures if there are any."""

    item: Score
    service: Score
    delivery: Score
    text: Text = ""
    pictures: Pictures = []


class RateBuyer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the buyer of an order was like."""

    score: Score
    text: Text = ""


class WriteFollowUp(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Second thoughts."""

    text: Text
    pictures: Pictures = []


class WriteReply(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The shop's answer."""

    text: Text


class SignalView(msgspec.Struct, frozen=True, kw_only=True):
    """A sign of fraud, and how much it weighs (100: sure)."""

    code: str
    weight: int


class WaitingView(msgspec.Struct, frozen=True, kw_only=True):
    """Something for a moderator to decide about."""

    id: str
    kind: EntryKind
    author: UUID
    order_id: str
    line_no: int
    shop_id: str
    product_id: str | None
    scores: tuple[int, ...]
    reasons: tuple[str, ...]
    signals: tuple[SignalView, ...]
    words: WordsView


class Decide(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to become of it (`published` or `refused`), and why: a code, never free text."""

    state: EntryState
    reason: Annotated[str, msgspec.Meta(max_length=48, examples=["spam"])]


class DecisionView(msgspec.Struct, frozen=True, kw_only=True):
    """A moderator's decision."""

    version: int
    previous: EntryState
    state: EntryState
    at: datetime
    actor: str
    reason: str


def written(entry_id: EntryId) -> Written:
    """Show what was written."""
    return Written(id=ENTRY_ID.show(entry_id))


def words_view(words: Words) -> WordsView:
    """Show something that was said."""
    return WordsView(
        id=ENTRY_ID.show(words.id),
        text=words.body,
        pictures=[MEDIA_ID.show(one) for one in words.media],
        state=words.state,
        written_at=words.written_at,
        shown_at=words.shown_at,
        erased=words.erased,
    )


def review_view(review: Review) -> ReviewView:
    """Show a review, without who wrote it."""
    return ReviewView(
        id=ENTRY_ID.show(review.words.id),
        product_id=PRODUCT_ID.show(review.product_id),
        sku_id=SKU_ID.show(review.sku_id),
        shop_id=SHOP_ID.show(review.shop_id),
        title=review.title,
        options=review.options,
        item=review.scores.item,
        service=review.scores.service,
        delivery=review.scores.delivery,
        words=words_view(review.words),
        follow_up=words_view(review.follow_up) if review.follow_up else None,
        reply=words_view(review.reply) if review.reply else None,
    )


def own_view(review: Review) -> OwnReviewView:
    """Show a review with its order."""
    return OwnReviewView(
        order_id=ORDER_ID.show(review.order_id), line_no=review.line_no, review=review_view(review)
    )


def buyer_review_view(review: BuyerReview) -> BuyerReviewView:
    """Show what a shop said of a buyer."""
    return BuyerReviewView(
        order_id=ORDER_ID.show(review.order_id), score=review.score, words=words_view(review.words)
    )


def rating_view(rating: Rating) -> RatingView:
    """Show a rating."""
    return RatingView(
        votes=rating.votes,
        item=rating.item,
        service=rating.service,
        delivery=rating.delivery,
        stars=list(rating.stars),
    )
