"""Attribution: who led a buyer to a line, in a signed word that nobody else can make or change."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import msgspec

from hansa.centers.trade.errors import AttributionInvalid
from hansa.centers.trade.types import Attribution
from hansa.kernel.context import Ctx
from hansa.kernel.security import Signer, TokenInvalid

_PURPOSE = "trade.attribution"
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(tuple[str, str, Attribution]).decode


def attribute(
    ctx: Ctx,
    *,
    source: str,
    window: timedelta,
    referrer: str = "",
    place_id: UUID | None = None,
    creator: UUID | None = None,
) -> str:
    """Return a signed word that attributes lines to a source for so long: it goes into links and codes.

    It counts in this business and traffic class alone.
    """
    said = Attribution(
        source=source,
        referrer=referrer,
        place_id=place_id,
        creator=creator,
        window_ends_at=ctx.now() + window,
    )
    return ctx.platform.service(Signer).sign(
        _encode((ctx.business, ctx.traffic.value, said)), purpose=_PURPOSE
    )


def read_attribution(ctx: Ctx, token: str) -> Attribution | None:
    """Read a signed word back; None when its window is over. Raises `AttributionInvalid`."""
    try:
        business, traffic, said = _decode(
            ctx.platform.service(Signer).verify(token, purpose=_PURPOSE, now=ctx.now())
        )
    except (TokenInvalid, msgspec.MsgspecError):
        raise AttributionInvalid from None
    if (business, traffic) != (ctx.business, ctx.traffic.value):
        raise AttributionInvalid
    if said.window_ends_at is None or said.window_ends_at <= ctx.now():
        return None
    return msgspec.structs.replace(said, token=token)
