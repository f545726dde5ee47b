"""Callback signatures by Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`, base 64, marked `v1`.

Source: the Standard Webhooks specification, "Symmetric signatures" and "Verifying webhook authenticity".
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime, timedelta

from hansa.centers.payment.errors import WebhookRefused

TOLERANCE = timedelta(minutes=5)
"""How far a callback's time may lie from ours: a recorded one cannot be played back later."""


def sign(secret: bytes, *, event_id: str, body: bytes, at: datetime) -> dict[str, str]:
    """Return the headers of a signed callback."""
    stamp = str(int(at.timestamp()))
    return {
        "webhook-id": event_id,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{_tag(secret, event_id, stamp, body)}",
    }


def verify(secret: bytes, *, headers: Mapping[str, str], body: bytes, now: datetime) -> str:
    """Return the id of a callback whose signature is right and whose time is near. Raises `WebhookRefused`."""
    event_id = headers.get("webhook-id", "")
    stamp = headers.get("webhook-timestamp", "")
    if not event_id or len(event_id) > 200 or not event_id.isascii() or not event_id.isprintable():
        raise WebhookRefused(reason="id")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        raise WebhookRefused(reason="timestamp")
    if abs(now.timestamp() - int(stamp)) > TOLERANCE.total_seconds():
        raise WebhookRefused(reason="timestamp")
    expected = _tag(secret, event_id, stamp, body).encode()
    given = [mark.removeprefix("v1,") for mark in headers.get("webhook-signature", "").split(" ")]
    # Several signatures may be given while a secret is rotated. Compared as bytes: they may be any text.
    if not any(hmac.compare_digest(expected, mark.encode()) for mark in given):
        raise WebhookRefused(reason="signature")
    return event_id


def _tag(secret: bytes, event_id: str, stamp: str, body: bytes) -> str:
    signed = f"{event_id}.{stamp}.".encode() + body
    return b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()
