"""Sending mail, after commit. Everything here can happen twice: the second mail is the first one again."""

from __future__ import annotations

from email.message import EmailMessage
from typing import TYPE_CHECKING
from uuid import UUID

import aiosmtplib
import msgspec

from hansa.centers.message._rules.bounces import (
    Judgement,
    enhanced_code,
    fingerprint,
    judge,
    pause_after,
)
from hansa.centers.message._rules.choosing import topic_of
from hansa.centers.message._rules.mail import Server, WayBack, server_for, write_mail
from hansa.centers.message._service.standing import note_refusal, note_taken
from hansa.centers.message._service.telling import leaving_at
from hansa.centers.message._service.unsubscribing import way_out
from hansa.centers.message._service.words import Words, published_words
from hansa.centers.message._store import notifications as store
from hansa.centers.message._store.preferences import read_standing
from hansa.centers.message.events import NotificationQueued
from hansa.centers.message.extensions import TOPICS, WAY_BACK
from hansa.centers.message.types import (
    Channel,
    DeliveryState,
    Mail,
    Reference,
    ReferenceKind,
    Security,
    Topic,
)
from hansa.centers.user import api as user
from hansa.kernel.context import SYSTEM
from hansa.kernel.deadlines import schedule
from hansa.kernel.event import Envelope
from hansa.kernel.texts import pick

if TYPE_CHECKING:
    from hansa.centers.message._store.notifications import StoredNotification
    from hansa.centers.message._store.preferences import Standing
    from hansa.centers.user.types import Contact
    from hansa.kernel.context import Ctx
    from hansa.kernel.platform import Platform


_BACK = {"en": "Look at it here, without logging in:", "zh": "无需登录，点此查看："}


class Outcome(msgspec.Struct, frozen=True):
    """What came of an attempt: where the delivery stands, what the log says, the other side's code."""

    state: DeliveryState
    entry: str
    code: str = ""
    judgement: Judgement = Judgement.NOTHING
    """What it says about the address."""


async def send_mail(platform: Platform, envelope: Envelope[NotificationQueued]) -> None:
    """Send the mail of one queued notification; what a server does not take just now is tried again later.

    What was sent already is not sent again, unless the process died between the server's "taken" and our
    note of it; then the same mail leaves once more, under the same Message-ID.
    """
    queued = envelope.event
    if queued.channel is not Channel.EMAIL:
        return
    async with platform.db.transaction() as tx:
        found = await store.read_queued(
            tx, party_id=queued.party, notification_id=queued.notification, channel=queued.channel
        )
        contact = (await user.contacts(tx, [queued.party])).get(queued.party)
        standing = await read_standing(tx, queued.party)
        if found is None:
            return
        waiting, attempts = found
        words = await published_words(tx, [(waiting.business, waiting.template)])
    # As the platform: what was queued is owed, also when the business was stopped since.
    ctx = platform.context(waiting.business, traffic=waiting.traffic, actor=SYSTEM)
    outcome = await _attempt(ctx, words, waiting, contact, standing)
    await _note(ctx, waiting, contact, outcome, attempts=attempts + 1)


async def _note(
    ctx: Ctx, waiting: StoredNotification, contact: Contact | None, outcome: Outcome, *, attempts: int
) -> None:
    """Write down what came of an attempt, what it says about the address, and when to try again."""
    now, party_id = ctx.now(), waiting.party_id
    not_before = None
    if outcome.state is DeliveryState.QUEUED:
        pause = pause_after(attempts, waiting.notification_id)
        if pause is None:
            outcome = Outcome(DeliveryState.FAILED, "failed", outcome.code)
        else:
            not_before = now + pause
    async with ctx.transaction() as tx:
        is_first = await store.record_attempt(
            tx,
            party_id=party_id,
            notification_id=waiting.notification_id,
            channel=Channel.EMAIL,
            state=outcome.state,
            outcome=outcome.entry,
            code=outcome.code,
            now=now,
            not_before=not_before,
        )
        if not is_first or contact is None:
            return
        if not_before is not None:
            await schedule(tx, [leaving_at(ctx, waiting.notification_id, not_before)])
        elif outcome.state is DeliveryState.SENT:
            await note_taken(tx, party_id, contact.email)
        elif outcome.judgement is not Judgement.NOTHING:
            await note_refusal(
                tx, ctx, party_id, contact.email, code=outcome.code, judgement=outcome.judgement
            )


async def _attempt(
    ctx: Ctx,
    words: Words,
    waiting: StoredNotification,
    contact: Contact | None,
    standing: Standing | None,
) -> Outcome:
    settings = ctx.platform.settings.section(Mail)
    # Asked again here, by the notification's own traffic: settings change, and a queue can be old.
    server = server_for(waiting.traffic, settings)
    if server is None:
        return Outcome(DeliveryState.SUPPRESSED, "suppressed", "no_server")
    if contact is None or not contact.email:
        return Outcome(DeliveryState.UNDELIVERABLE, "undeliverable", "no_address")
    topic = topic_of(waiting.template, TOPICS.of(ctx)(ctx))
    # What somebody must know is tried at any address.
    if Channel.EMAIL not in topic.mandatory and _is_given_up(standing, waiting.party_id, contact.email):
        return Outcome(DeliveryState.UNDELIVERABLE, "undeliverable", "address_suppressed")
    way_back = await _way_back(ctx, waiting, contact)
    mail = _written(ctx, words, waiting, contact, topic, sender=settings.sender, way_back=way_back)
    return await _hand_over(mail, server, settings, to=contact.email)


def _is_given_up(standing: Standing | None, party_id: UUID, address: str) -> bool:
    """Tell whether no more mail is sent to an address; another one of the same party is tried."""
    if standing is None or standing.suppressed_at is None:
        return False
    return standing.fingerprint == fingerprint(party_id, address)


async def _way_back(ctx: Ctx, waiting: StoredNotification, contact: Contact) -> WayBack | None:
    """Ask where who has no account sees what a notification is about."""
    if waiting.about_kind is None or waiting.about_id is None:
        return None
    about = Reference(ReferenceKind(waiting.about_kind), waiting.about_id)
    page = await WAY_BACK.of(ctx)(ctx, waiting.party_id, about)
    locale = waiting.locale or contact.locale
    return WayBack(page=page, words=pick(_BACK, locale)) if page else None


def _written(
    ctx: Ctx,
    words: Words,
    waiting: StoredNotification,
    contact: Contact,
    topic: Topic,
    *,
    sender: str,
    way_back: WayBack | None,
) -> EmailMessage:
    locale = waiting.locale or contact.locale
    written = words.write(
        ctx, name=waiting.template, params=waiting.params, locale=locale, recipient=contact.name
    )
    is_mandatory = Channel.EMAIL in topic.mandatory
    return write_mail(
        written,
        party_id=waiting.party_id,
        notification_id=waiting.notification_id,
        told_at=waiting.created_at,
        traffic=waiting.traffic,
        sender=sender,
        sender_name=ctx.plan.business.text(locale.partition("-")[0]),
        to=contact.email,
        to_name=contact.name,
        way_back=way_back,
        way_out=None if is_mandatory else way_out(ctx, waiting.party_id, topic, locale),
    )


async def _hand_over(mail: EmailMessage, server: Server, settings: Mail, *, to: str) -> Outcome:
    try:
        await aiosmtplib.send(
            mail,
            sender=settings.sender,
            recipients=[to],
            hostname=server.host,
            port=server.port,
            username=server.user or None,
            password=server.password.reveal() if server.password else None,
            use_tls=server.security is Security.TLS,
            start_tls=server.security is Security.STARTTLS,
            timeout=settings.timeout.total_seconds(),
        )
    except aiosmtplib.SMTPRecipientsRefused as refused:
        worst = max(refused.recipients, key=lambda answer: answer.code)
        return _refusal(worst.code, worst.message, at_recipient=True)
    except (aiosmtplib.SMTPRecipientRefused, aiosmtplib.SMTPDataError) as refused:
        at_recipient = isinstance(refused, aiosmtplib.SMTPRecipientRefused)
        return _refusal(refused.code, refused.message, at_recipient=at_recipient)
    except aiosmtplib.SMTPNotSupported:
        return Outcome(DeliveryState.FAILED, "failed", "smtputf8")
    except aiosmtplib.SMTPResponseException as refused:  # log-in, sender, greeting: ours to put right
        return Outcome(DeliveryState.QUEUED, "not_taken", str(refused.code))
    except (aiosmtplib.SMTPException, OSError) as error:
        return Outcome(DeliveryState.QUEUED, "not_taken", type(error).__name__)
    return Outcome(DeliveryState.SENT, "sent", "250")


def _refusal(code: int, message: str, *, at_recipient: bool) -> Outcome:
    """Judge a refusal of this very mail by RFC 5321: 5yz is for good, 4yz for now."""
    enhanced = enhanced_code(message)
    said = f"{code} {enhanced}".rstrip()  # never the rest of it, which may name the address
    if code >= 500:
        judgement = judge(code, enhanced, at_recipient=at_recipient)
        return Outcome(DeliveryState.FAILED, "failed", said, judgement)
    return Outcome(DeliveryState.QUEUED, "not_taken", said)
