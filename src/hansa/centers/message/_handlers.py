"""What the center does when something happens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hansa.centers.message._service.sending import send_mail
from hansa.centers.message._service.telling import notify
from hansa.centers.message.events import AddressSuppressed, NotificationQueued
from hansa.centers.message.types import Notification
from hansa.centers.user.events import PartySignedUp
from hansa.centers.user.types import PartyKind
from hansa.kernel.event import Envelope, Handler

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction


async def welcome(tx: Transaction, arrivals: Sequence[Envelope[PartySignedUp]]) -> None:
    """Greet people who signed up."""
    await notify(
        tx,
        [
            (
                tx.context(arrival.business, arrival.traffic, trace=arrival.trace),
                Notification(party=arrival.event.party, template="message.welcome"),
            )
            for arrival in arrivals
            if arrival.event.kind is PartyKind.PERSON
        ],
    )


async def tell_unreachable(tx: Transaction, given_up: Sequence[Envelope[AddressSuppressed]]) -> None:
    """Tell people in the app that mail does not reach them."""
    await notify(
        tx,
        [
            (
                tx.context(one.business, one.traffic, trace=one.trace),
                Notification(party=one.event.party, template="message.address_unreachable"),
            )
            for one in given_up
        ],
    )


HANDLERS = (
    Handler("message.welcome", (PartySignedUp,), handle=welcome),
    Handler("message.tell_unreachable", (AddressSuppressed,), handle=tell_unreachable),
    Handler("message.send_mail", (NotificationQueued,), send=send_mail),
)
