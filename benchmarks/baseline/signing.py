from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from uuid import UUID

from pydantic import ValidationError

from benchmarks.baseline.problems import QuoteInvalid
from benchmarks.baseline.schemas import SignedQuote

_TAG_BYTES = 16


class QuoteSigner:
    """Signs quotes and reads them back, so that nothing has to be stored before the buyer decides."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def sign(self, quote: SignedQuote) -> str:
        """Return the quote as a token."""
        body = quote.model_dump_json().encode()
        return urlsafe_b64encode(self._tag(body) + body).decode()

    def read(self, token: str, *, buyer: UUID, now: datetime) -> SignedQuote:
        """Return the quote of a token. Raises `QuoteInvalid`."""
        try:
            raw = urlsafe_b64decode(token)
        except ValueError:
            raise QuoteInvalid from None
        tag, body = raw[:_TAG_BYTES], raw[_TAG_BYTES:]
        if not hmac.compare_digest(tag, self._tag(body)):
            raise QuoteInvalid
        try:
            quote = SignedQuote.model_validate_json(body)
        except ValidationError:
            raise QuoteInvalid from None
        if quote.buyer != buyer or now >= quote.expires_at:
            raise QuoteInvalid
        return quote

    def _tag(self, body: bytes) -> bytes:
        return hmac.digest(self._key, body, "sha256")[:_TAG_BYTES]
