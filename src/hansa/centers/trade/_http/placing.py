from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import post

from hansa.centers.inventory.errors import OutOfStock
from hansa.centers.payment.errors import (
    CardNotTestable,
    NoProvider,
    PaymentClosed,
    PaymentNotFound,
    SourcesMalformed,
)
from hansa.centers.payment.types import PAYMENT_ID, SourcePart, TestCard
from hansa.centers.product.errors import OfferChangedSince
from hansa.centers.product.types import OFFER_ID
from hansa.centers.shop.types import SHOP_ID
from hansa.centers.trade import api
from hansa.centers.trade._http.views import (
    MeasureBody,
    PaidView,
    PlacedView,
    QuoteView,
    paid_view,
    placed_view,
    quote_view,
)
from hansa.centers.trade.errors import (
    AddressWanted,
    AlreadyClosed,
    AttributionInvalid,
    CouponsPayAll,
    DraftEnded,
    DraftNotFound,
    LimitExceeded,
    MixedCurrencies,
    NoPlaceServes,
    OfferUnavailable,
    PaymentDeclined,
    PaymentReplaced,
    PlacementRefused,
    QuoteExpired,
    QuoteInvalid,
    QuoteNotYours,
    TooManyUnpaid,
)
from hansa.centers.trade.types import LINES_MAX, LineRequest, NoteText, Quantity
from hansa.centers.user.types import ADDRESS_ID, OwnScope
from hansa.kernel.context import Ctx
from hansa.kernel.http import problems
from hansa.kernel.idempotency import IdempotencyKey
from hansa.kernel.ids import IdMalformed
from hansa.kernel.money import INT64_MAX
from hansa.kernel.problem import FieldError, Invalid, Unauthenticated


class WantedLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An offer and how many of it; measured goods have quantity 1 and a measure."""

    offer_id: str
    quantity: Quantity = 1
    measure: MeasureBody | None = None
    attribution: (
        Annotated[
            str,
            msgspec.Meta(
                max_length=2_000, description="A signed referral, as a link to the offer brought it."
            ),
        ]
        | None
    ) = None
    inputs: Annotated[
        dict[
            Annotated[str, msgspec.Meta(max_length=64)], int | Annotated[str, msgspec.Meta(max_length=1000)]
        ],
        msgspec.Meta(max_length=20, description="A business's own facts about the line."),
    ] = {}


class QuoteBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to quote. `options` chooses a way of delivery per shop id where the first is not wanted."""

    lines: Annotated[list[WantedLine], msgspec.Meta(min_length=1, max_length=LINES_MAX)]
    address_id: str | None = None
    options: Annotated[dict[str, str], msgspec.Meta(max_length=LINES_MAX)] = {}
    notes: Annotated[
        dict[str, NoteText],
        msgspec.Meta(max_length=LINES_MAX, description="What the buyer writes to a shop, by shop id."),
    ] = {}


class PlaceBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The quote to place."""

    token: Annotated[str, msgspec.Meta(max_length=500_000)]


CardNumber = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class SourceBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A card, and how many minor units of the payment's currency it gives; the last may leave that out: the rest."""

    card: CardNumber
    minor: Annotated[int, msgspec.Meta(ge=1, le=INT64_MAX)] | None = None


class PayBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How to pay: one card, or several that pay together, all or nothing.

    A card is a number that the provider understands; the sandbox takes test cards only.
    """

    card: CardNumber | None = None
    sources: Annotated[list[SourceBody], msgspec.Meta(min_length=1, max_length=5)] | None = None

    def source(self) -> TestCard | list[SourcePart]:
        """Return what to charge. Raises `Invalid` unless it is either one card or several."""
        if self.card is not None and self.sources is None:
            return TestCard(self.card)
        if self.sources is None or self.card is not None:
            raise Invalid(FieldError("card", "malformed", "Either a card or sources"))
        return [SourcePart(TestCard(one.card), one.minor) for one in self.sources]


@post(
    "/quotes",
    summary="Quote a checkout",
    status_code=200,
    opt={
        "own": OwnScope.BUY,
        "example": {"lines": [{"offer_id": "offer_01jd3x00000000000000000000", "quantity": 2}]},
        "idempotency": "none",
        "thin": True,
    },
    responses=problems(
        Unauthenticated,
        Invalid,
        OfferUnavailable,
        MixedCurrencies,
        NoPlaceServes,
        CouponsPayAll,
        LimitExceeded,
        AttributionInvalid,
        IdMalformed,
    ),
)
async def create_quote(ctx: Ctx, data: QuoteBody) -> QuoteView:
    """Work out prices, places, discounts, freight and tax. Nothing is stored and nothing is held."""
    quote = await api.quote(
        ctx,
        lines=[
            LineRequest(
                offer_id=OFFER_ID.read(line.offer_id),
                quantity=line.quantity,
                measure=line.measure.read() if line.measure else None,
                attribution=api.read_attribution(ctx, line.attribution) if line.attribution else None,
                inputs=line.inputs,
            )
            for line in data.lines
        ],
        address_id=ADDRESS_ID.read(data.address_id) if data.address_id else None,
        options={SHOP_ID.read(shop_id): code for shop_id, code in data.options.items()},
        notes={SHOP_ID.read(shop_id): text for shop_id, text in data.notes.items()},
    )
    return quote_view(quote, token=api.seal(ctx, quote))


@post(
    "/orders",
    summary="Place a quoted checkout",
    opt={
        "own": OwnScope.BUY,
        "example": {"token": "the token of a quote"},
        "idempotency": "lane",
        "thin": True,
    },
    responses=problems(
        Unauthenticated,
        QuoteInvalid,
        QuoteNotYours,
        QuoteExpired,
        PlacementRefused,
        AddressWanted,
        LimitExceeded,
        TooManyUnpaid,
        OfferUnavailable,
        NoPlaceServes,
        OfferChangedSince,
        OutOfStock,
        DraftNotFound,
        DraftEnded,
    ),
)
async def place_order(ctx: Ctx, key: IdempotencyKey | None, data: PlaceBody) -> PlacedView:
    """Take the checkout whole or refuse it whole. Safe to repeat: one quote is placed once."""
    return placed_view(await api.place(ctx, token=data.token, key=key))


@post(
    "/payments/{payment_id:str}/pay",
    summary="Pay a checkout",
    status_code=200,
    opt={"own": OwnScope.BUY, "example": {"card": "9000000000000019"}, "idempotency": "lane", "thin": True},
    responses=problems(
        Unauthenticated,
        PaymentNotFound,
        PaymentClosed,
        PaymentDeclined,
        PaymentReplaced,
        CardNotTestable,
        SourcesMalformed,
        Invalid,
        NoProvider,
        AlreadyClosed,
        IdMalformed,
    ),
)
async def pay_payment(ctx: Ctx, key: IdempotencyKey | None, payment_id: str, data: PayBody) -> PaidView:
    """Charge the buyer and commit money and orders together. The amount comes from the server alone.

    Several sources must make up that amount; when one fails, nothing is taken from the others.
    """
    paid = await api.pay(ctx, payment_id=PAYMENT_ID.read(payment_id), source=data.source(), key=key)
    return paid_view(paid)
