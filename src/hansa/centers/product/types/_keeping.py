from __future__ import annotations

import enum
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import msgspec

from hansa.centers.product.types._goods import ImportId, MediaId, OfferId, PriceListId
from hansa.centers.shop.types import ShopId
from hansa.kernel.context import Traffic
from hansa.kernel.money import Money
from hansa.kernel.problem import FieldError
from hansa.kernel.settings import Secret, Section
from hansa.kernel.texts import Texts


class PriceList(msgspec.Struct, frozen=True, kw_only=True):
    """What a shop asks for some of its offers from `starts_at` on, until before `ends_at` (None: for good).

    Of several lists in force the highest `priority` wins, then the one that started last.
    """

    id: PriceListId
    business: str
    traffic: Traffic
    shop_id: ShopId
    names: Texts
    starts_at: datetime
    ends_at: datetime | None
    priority: int
    created_at: datetime
    version: int


class OfferPrice(msgspec.Struct, frozen=True):
    """A price of a list, for one offer."""

    offer_id: OfferId
    price: Money


class ImportFormat(enum.StrEnum):
    """How an import or export is written: comma-separated with a head line, or one JSON object per line."""

    CSV = "csv"
    JSONL = "jsonl"


class ImportState(enum.StrEnum):
    """Where an import stands. From `flipped` on buyers see all of it; before, nothing."""

    RECEIVING = "receiving"
    READING = "reading"
    WRITING = "writing"
    FLIPPED = "flipped"
    DONE = "done"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


class Import(msgspec.Struct, frozen=True, kw_only=True):
    """An import of products into a shop, and how far it has come."""

    id: ImportId
    business: str
    traffic: Traffic
    shop_id: ShopId
    format: ImportFormat
    made_by: str
    created_at: datetime
    state: ImportState
    parts: int
    rows_read: int
    rows_bad: int
    rows_judged: int
    rows_written: int
    rows_settled: int
    runs: int = 0
    """How often its work was begun: again when the process that did it had died."""


class BadRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row that cannot be imported: its line in the file (the head line is 1), and why."""

    line: int
    errors: list[FieldError]


class Media(msgspec.Struct, frozen=True, kw_only=True):
    """A picture that a shop uploaded, re-encoded. `width` and `height` in pixels, `bytes` of its largest form.

    `kept_bytes` are those of all its forms: what it takes of the shop's room.
    """

    id: MediaId
    business: str
    shop_id: ShopId
    alt: Texts
    width: int
    height: int
    bytes: int
    kept_bytes: int
    digest: str
    """SHA-256 of its largest form, in hexadecimal."""
    uploaded_by: str
    uploaded_at: datetime


class PictureStore(Section, name="pictures"):
    """Where pictures are kept, how large they may come, and how much room a shop has."""

    bytes_max: Annotated[
        int,
        msgspec.Meta(
            ge=1024,
            le=1 << 28,
            description="Longest picture that is taken, in bytes, whatever HANSA_BODY_MAX_BYTES says of other bodies.",
        ),
    ] = 10_000_000
    shop_count_max: Annotated[int, msgspec.Meta(ge=1, description="How many pictures a shop may have.")] = (
        50_000
    )
    shop_bytes_max: Annotated[
        int,
        msgspec.Meta(ge=1024, description="How many bytes a shop's pictures may take, in all their forms."),
    ] = 20_000_000_000
    s3_endpoint: Annotated[str, msgspec.Meta(description="URL of an S3-compatible store.")] = ""
    s3_bucket: Annotated[
        str, msgspec.Meta(description="Its bucket; empty keeps pictures in the data directory.")
    ] = ""
    s3_region: Annotated[str, msgspec.Meta(description="Region that requests are signed for.")] = "us-east-1"
    s3_access_key: Annotated[str, msgspec.Meta(description="Access key of the store.")] = ""
    s3_secret_key: Annotated[Secret | None, msgspec.Meta(description="Secret key of the store.")] = None

    def wrong(self) -> Sequence[str]:
        """Return a sentence for each combination of values that cannot be right."""
        named = bool(self.s3_bucket)
        if named != self.s3_endpoint.startswith(("http://", "https://")):
            return ("HANSA_PICTURES_S3_BUCKET and HANSA_PICTURES_S3_ENDPOINT (a URL) go together.",)
        if named and not (self.s3_access_key and self.s3_secret_key):
            return ("HANSA_PICTURES_S3_BUCKET needs HANSA_PICTURES_S3_ACCESS_KEY and its secret key.",)
        return ()
