"""From facts inside the house to public events, addressed to whoever may be told and wants to be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from hansa.centers.interconnect._rules.catalogue import (
    app_of,
    place_of,
    published,
    render,
    shop_of,
    tellings,
)
from hansa.centers.interconnect._rules.telling import Telling
from hansa.centers.interconnect._service.sending import Dispatcher
from hansa.centers.interconnect._store import deliveries as store
from hansa.centers.interconnect._store import endpoints as endpoint_store
from hansa.centers.interconnect._store.deliveries import NewMessage
from hansa.centers.place import api as place
from hansa.centers.place.types import PlaceId
from hansa.kernel.event import Envelope

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction


async def publish(tx: Transaction, envelopes: Sequence[Envelope[Any]]) -> None:
    """Write down what shops' listeners are told, each event once; it leaves after this is committed.

    Of a shop that nobody listens to nothing is written.
    """
    shops = await _shops(tx, envelopes)
    told = [
        (envelope, one)
        for envelope, shop_id in zip(envelopes, shops, strict=True)
        for one in tellings(envelope, shop_id=shop_id)
    ]
    heard = await endpoint_store.listened_to(
        tx, sorted({one.shop_id for _, one in told if one.shop_id is not None})
    )
    messages = [
        _message(envelope, one)
        for envelope, one in told
        if one.shop_id in heard or app_of(envelope.event) is not None
    ]
    if not messages:
        return
    written = await store.insert_messages(tx, messages)
    if await store.fan_out(tx, written):
        tx.after_commit(tx.platform.service(Dispatcher).wake)


async def _shops(tx: Transaction, envelopes: Sequence[Envelope[Any]]) -> list[UUID | None]:
    """Return whose shop each event concerns."""
    places = {PlaceId(one) for e in envelopes if (one := place_of(e.event)) is not None}
    found = await place.places_within(tx, sorted(places)) if places else {}
    owners = {place_id: one.shop_id for place_id, one in found.items()}
    return [
        owners.get(PlaceId(at)) if (at := place_of(e.event)) is not None else shop_of(e.event)
        for e in envelopes
    ]


def _message(envelope: Envelope[Any], telling: Telling) -> NewMessage:
    one = published(envelope.event)
    return NewMessage(
        message_id=telling.id,
        business=envelope.business,
        traffic=envelope.traffic.value,
        shop_id=telling.shop_id,
        app_id=app_of(envelope.event),
        type=one.name,
        permission=one.permission,
        payload=render(envelope, telling),
        occurred_at=envelope.occurred_at,
    )
