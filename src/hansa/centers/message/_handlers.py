"""What the center does when something happens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hansa.centers.message._service.proving import send_proof
from hansa.centers.message._service.sending import send_mail
from hansa.centers.message._service.telling import notify
from hansa.centers.message.events import AddressSuppressed, NotificationQueued
from hansa.centers.message.types import Notification
from hansa.centers.user.events import (
    EmailChanged,
    ErasureRequested,
    ExportReady,
    IdentityLinked,
    IdentityUnlinked,
    PartySignedUp,
    PasskeyAdded,
    PasskeyRemoved,
    PasskeySuspected,
    PasswordChanged,
    ProofIssued,
    SignUpTried,
)
from hansa.centers.user.types import PartyKind
from hansa.kernel.event import Envelope, Handler

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction

AccountChange = (
    PasswordChanged
    | EmailChanged
    | PasskeyAdded
    | PasskeyRemoved
    | PasskeySuspected
    | IdentityLinked
    | IdentityUnlinked
    | ErasureRequested
    | ExportReady
)
_CHANGES: dict[type[AccountChange], str] = {
    PasswordChanged: "password",
    EmailChanged: "email",
    PasskeyAdded: "way_added",
    PasskeyRemoved: "way_removed",
    PasskeySuspected: "suspected",
    IdentityLinked: "way_added",
    IdentityUnlinked: "way_removed",
    ErasureRequested: "erasure",
    ExportReady: "export",
}


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


async def tell_sign_ups(tx: Transaction, tried: Sequence[Envelope[SignUpTried]]) -> None:
    """Tell people that somebody signed up with their address: perhaps they forgot that they have an account."""
    await notify(
        tx,
        [
            (
                tx.context(one.business, one.traffic, trace=one.trace),
                Notification(party=one.event.party, template="message.sign_up_tried"),
            )
            for one in tried
        ],
    )


async def tell_account_changes(tx: Transaction, changes: Sequence[Envelope[AccountChange]]) -> None:
    """Tell people that how they log in, or what becomes of their account, has changed: it may not have been them."""
    await notify(
        tx,
        [
            (
                tx.context(one.business, one.traffic, trace=one.trace),
                Notification(
                    party=one.event.party,
                    template="message.account_changed",
                    params={"what": _CHANGES[type(one.event)]},
                ),
            )
            for one in changes
        ],
    )


HANDLERS = (
    Handler("message.send_proof", (ProofIssued,), send=send_proof),
    Handler("message.tell_account_changes", tuple(_CHANGES), handle=tell_account_changes),
    Handler("message.tell_sign_ups", (SignUpTried,), handle=tell_sign_ups),
    Handler("message.welcome", (PartySignedUp,), handle=welcome),
    Handler("message.tell_unreachable", (AddressSuppressed,), handle=tell_unreachable),
    Handler("message.send_mail", (NotificationQueued,), send=send_mail),
)
