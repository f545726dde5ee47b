"""How mail to a party's address fares: refusals are counted, and an address that is gone gets no more."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from hansa.centers.message._rules.bounces import Judgement, fingerprint, judge, suppresses
from hansa.centers.message._rules.mail import read_message_id
from hansa.centers.message._service.telling import READ_DELIVERIES
from hansa.centers.message._store import notifications
from hansa.centers.message._store import preferences as store
from hansa.centers.message._store.preferences import Standing
from hansa.centers.message.errors import BounceUnknown
from hansa.centers.message.events import AddressSuppressed
from hansa.centers.message.types import Channel, MailStanding
from hansa.centers.user import api as user
from hansa.kernel.context import Ctx
from hansa.kernel.problem import FieldError, Invalid

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction

RELEASE_ADDRESS = "message.address.release"
REPORT_BOUNCE = "message.bounce.report"
_STATUS_CLASS_PERMANENT = "5."


async def note_taken(tx: Transaction, party_id: UUID, address: str) -> None:
    """Forget earlier refusals of an address: a server took a mail for it."""
    standing = await store.lock_standing(tx, party_id)
    if standing is not None and standing.fingerprint == fingerprint(party_id, address):
        await store.drop_standings(tx, [party_id])


async def note_refusal(
    tx: Transaction, ctx: Ctx, party_id: UUID, address: str, *, code: str, judgement: Judgement
) -> None:
    """Count a refusal of an address; tell when it is given up."""
    before = await store.lock_standing(tx, party_id)
    now_known = fingerprint(party_id, address)
    if before is not None and before.fingerprint != now_known:
        before = None  # another address's past is no matter
    refusals = (before.refusals if before else 0) + 1
    suppressed_at = before.suppressed_at if before else None
    if suppressed_at is None and suppresses(judgement, refusals):
        suppressed_at = ctx.now()
        tx.emit(ctx, AddressSuppressed(party=party_id))
    await store.put_standing(
        tx,
        party_id,
        Standing(fingerprint=now_known, refusals=refusals, code=code, suppressed_at=suppressed_at),
    )


async def report_bounce(ctx: Ctx, *, message_id: str, status: str) -> None:
    """Take note that a mail came back after it was taken; see `message.api`."""
    ctx.require(REPORT_BOUNCE)
    if len(status) > 20 or not all(part.isdigit() for part in status.split(".")):
        raise Invalid(FieldError("status", "format", "A status code by RFC 3463, such as 5.1.1"))
    named = read_message_id(message_id)
    if named is None:
        raise BounceUnknown
    if not status.startswith(_STATUS_CLASS_PERMANENT):
        return  # only late; the server there goes on trying
    party_id, notification_id = named
    async with ctx.transaction() as tx:
        contact = (await user.contacts(tx, [party_id])).get(party_id)
        came_back = await notifications.record_bounce(
            tx,
            party_id=party_id,
            notification_id=notification_id,
            channel=Channel.EMAIL,
            code=status,
            now=ctx.now(),
        )
        if not came_back:
            raise BounceUnknown
        judgement = judge(550, status, at_recipient=True)
        if contact is not None and judgement is not Judgement.NOTHING:
            await note_refusal(tx, ctx, party_id, contact.email, code=status, judgement=judgement)


async def mail_standing(ctx: Ctx, *, party: UUID) -> MailStanding:
    """Read how mail to a party fares; see `message.api`."""
    ctx.require(READ_DELIVERIES)
    async with ctx.transaction() as tx:
        standing = await current_standing(tx, party)
    if standing is None:
        return MailStanding(refusals=0, code="", suppressed_at=None)
    return MailStanding(refusals=standing.refusals, code=standing.code, suppressed_at=standing.suppressed_at)


async def current_standing(tx: Transaction, party: UUID) -> Standing | None:
    """Return how mail to the address fares that a party has now."""
    standing = await store.read_standing(tx, party)
    if standing is None:
        return None
    contact = (await user.contacts(tx, [party])).get(party)
    if contact is None or standing.fingerprint != fingerprint(party, contact.email):
        return None
    return standing


async def release_address(ctx: Ctx, *, party: UUID) -> None:
    """Let mail go to a party again; see `message.api`."""
    ctx.require(RELEASE_ADDRESS)
    async with ctx.transaction() as tx:
        await store.drop_standings(tx, [party])
