from __future__ import annotations

import enum
from datetime import datetime
from typing import Annotated, NewType
from uuid import UUID

import msgspec

from hansa.centers.product.types import MediaId, ProductId, SkuId
from hansa.centers.shop.types import ShopId
from hansa.centers.trade.types import OrderId
from hansa.kernel.ids import IdKind

EntryId = NewType("EntryId", UUID)
ENTRY_ID = IdKind[EntryId]("rev")

PICTURES_MAX = 9
BODY_MAX = 2_000
"""Characters of a text."""

Score = Annotated[int, msgspec.Meta(ge=1, le=5)]


class EntryKind(enum.StrEnum):
    """What was written."""

    REVIEW = "review"
    FOLLOW_UP = "follow_up"
    """The author's second thoughts, weeks later."""
    REPLY = "reply"
    """The seller's answer."""
    OF_BUYER = "of_buyer"
    """The seller's review of the buyer, about a whole order."""


class EntryState(enum.StrEnum):
    """What moderation says of it."""

    HELD = "held"
    PUBLISHED = "published"
    REFUSED = "refused"


class ReportReason(enum.StrEnum):
    """What somebody says is wrong with something written; moderators refuse for the same reasons."""

    SPAM = "spam"
    OFF_TOPIC = "off_topic"
    ABUSIVE = "abusive"
    PERSONAL = "personal"
    """It names persons, or how to reach them."""
    MADE_TO_ORDER = "made_to_order"
    UNLAWFUL = "unlawful"


class Ruling(enum.StrEnum):
    """What is to become of something written."""

    PUBLISH = "publish"
    HOLD = "hold"
    REFUSE = "refuse"


class Verdict(msgspec.Struct, frozen=True):
    """A ruling and its reasons: stable codes, sorted, each once."""

    ruling: Ruling
    reasons: tuple[str, ...] = ()


class Signal(msgspec.Struct, frozen=True):
    """A sign of fraud, and how much it weighs (100: sure)."""

    code: str
    weight: int


class Scores(msgspec.Struct, frozen=True):
    """The three scores of a line, 1 to 5 each: the item, the seller's service, the delivery."""

    item: Score
    service: Score
    delivery: Score


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What is about to be written, as moderation sees it."""

    kind: EntryKind
    author: UUID
    shop_id: ShopId
    product_id: ProductId | None
    body: str
    pictures: int
    scores: tuple[int, ...]
    signals: tuple[Signal, ...] = ()


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was said, and where it stands."""

    id: EntryId
    kind: EntryKind
    body: str
    media: tuple[MediaId, ...]
    state: EntryState
    written_at: datetime
    shown_at: datetime | None
    erased: bool
    """Its author was erased: scores remain, words are gone."""


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """A review of a received line, with what followed."""

    order_id: OrderId
    line_no: int
    business: str
    buyer: UUID
    shop_id: ShopId
    product_id: ProductId
    sku_id: SkuId
    title: str
    options: str
    scores: Scores
    words: Words
    follow_up: Words | None = None
    reply: Words | None = None


class BuyerReview(msgspec.Struct, frozen=True, kw_only=True):
    """What a shop says of the buyer of an order. `score` is 1 to 5."""

    order_id: OrderId
    buyer: UUID
    shop_id: ShopId
    score: int
    words: Words


class Reviewable(msgspec.Struct, frozen=True, kw_only=True):
    """A line its buyer received and has not reviewed yet; possible before `open_until`."""

    order_id: OrderId
    line_no: int
    shop_id: ShopId
    product_id: ProductId
    sku_id: SkuId
    title: str
    options: str
    received_at: datetime
    open_until: datetime


class OrderReviews(msgspec.Struct, frozen=True, kw_only=True):
    """What was said about an order, as far as the reader may know it yet."""

    order_id: OrderId
    open_until: datetime
    revealed_at: datetime | None
    reviews: tuple[Review, ...]
    of_buyer: BuyerReview | None


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """Something for a moderator to decide about."""

    words: Words
    author: UUID
    order_id: OrderId
    line_no: int
    shop_id: ShopId
    product_id: ProductId | None
    scores: tuple[int, ...]
    reasons: tuple[str, ...]
    signals: tuple[Signal, ...]


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """One change of state of something written: who, when and why. Kept for good."""

    version: int
    previous: EntryState
    state: EntryState
    at: datetime
    actor: str
    reason: str


class SubjectKind(enum.StrEnum):
    """What a rating is about."""

    PRODUCT = "product"
    SHOP = "shop"


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """The sums that a rating is made of: of the scores of all reviews shown, and how many gave 1 to 5 stars."""

    votes: int = 0
    item: int = 0
    service: int = 0
    delivery: int = 0
    stars: tuple[int, int, int, int, int] = (0, 0, 0, 0, 0)


class Rating(msgspec.Struct, frozen=True, kw_only=True):
    """How something is rated. Scores are in hundredths (437 is 4.37) and shrunk towards the business's prior.

    Without votes they are the prior itself; whoever shows them looks at `votes`.
    """

    subject: UUID
    votes: int
    item: int
    service: int
    delivery: int
    stars: tuple[int, int, int, int, int]
    """How many gave the item 1, 2, 3, 4 and 5."""
