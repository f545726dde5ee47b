"""Sending mail, after commit. Everything here can happen twice: the second mail is the first one again."""

from __future__ import annotations

from email.message import EmailMessage
from typing import TYPE_CHECKING

import aiosmtplib
import msgspec

from hansa.centers.message import _store as store
from hansa.centers.message._rules.mail import Server, server_for, write_mail
from hansa.centers.message._service.words import write
from hansa.centers.message.errors import MailNotTaken
from hansa.centers.message.events import NotificationQueued
from hansa.centers.message.types import Channel, DeliveryState, Mail, Security
from hansa.centers.user import api as user
from hansa.kernel.event import Envelope

if TYPE_CHECKING:
    from hansa.centers.message._store import StoredNotification
    from hansa.centers.user.types import Contact
    from hansa.kernel.platform import Platform


class Outcome(msgspec.Struct, frozen=True):
    """What came of an attempt: where the delivery stands, what the log says, the other side's code."""

    state: DeliveryState
    entry: str
    code: str = ""


async def send_mail(platform: Platform, envelope: Envelope[NotificationQueued]) -> None:
    """Send the mail of one queued notification. Raises `MailNotTaken` when it is worth trying again.

    What was sent already is not sent again, unless the process died between the server's "taken" and our
    note of it; then the same mail leaves once more, under the same Message-ID.
    """
    queued = envelope.event
    if queued.channel is not Channel.EMAIL:
        return
    async with platform.db.transaction() as tx:
        waiting = await store.read_queued(
            tx, party_id=queued.party, notification_id=queued.notification, channel=queued.channel
        )
        contact = (await user.contacts(tx, [queued.party])).get(queued.party)
    if waiting is None:
        return
    outcome = await _attempt(platform, envelope, waiting, contact)
    async with platform.db.transaction() as tx:
        await store.record_attempt(
            tx,
            party_id=queued.party,
            notification_id=queued.notification,
            channel=queued.channel,
            state=outcome.state,
            outcome=outcome.entry,
            code=outcome.code,
            now=platform.clocks.now(envelope.business, envelope.traffic),
        )
    if outcome.state is DeliveryState.QUEUED:
        raise MailNotTaken(reason=outcome.code)


async def _attempt(
    platform: Platform,
    envelope: Envelope[NotificationQueued],
    waiting: StoredNotification,
    contact: Contact | None,
) -> Outcome:
    settings = platform.settings.section(Mail)
    # Asked again here, by the notification's own traffic: settings change, and a queue can be old.
    server = server_for(waiting.traffic, settings)
    if server is None:
        return Outcome(DeliveryState.SUPPRESSED, "suppressed", "no_server")
    if contact is None or not contact.email:
        return Outcome(DeliveryState.UNDELIVERABLE, "undeliverable", "no_address")
    ctx = platform.context(waiting.business, traffic=waiting.traffic)
    locale = waiting.locale or contact.locale
    words = write(ctx, name=waiting.template, params=waiting.params, locale=locale, recipient=contact.name)
    mail = write_mail(
        words,
        event_id=envelope.id,
        occurred_at=envelope.occurred_at,
        traffic=waiting.traffic,
        sender=settings.sender,
        sender_name=ctx.plan.business.text(locale.partition("-")[0]),
        to=contact.email,
        to_name=contact.name,
    )
    return await _hand_over(mail, server, settings, to=contact.email)


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
        return _refusal(max(answer.code for answer in refused.recipients))
    except (aiosmtplib.SMTPRecipientRefused, aiosmtplib.SMTPDataError) as refused:
        return _refusal(refused.code)
    except aiosmtplib.SMTPNotSupported:
        return Outcome(DeliveryState.FAILED, "failed", "smtputf8")
    except aiosmtplib.SMTPResponseException as refused:  # log-in, sender, greeting: ours to put right
        return Outcome(DeliveryState.QUEUED, "not_taken", str(refused.code))
    except (aiosmtplib.SMTPException, OSError) as error:
        return Outcome(DeliveryState.QUEUED, "not_taken", type(error).__name__)
    return Outcome(DeliveryState.SENT, "sent", "250")


def _refusal(code: int) -> Outcome:
    """Judge a refusal of this very mail by RFC 5321: 5yz is for good, 4yz for now."""
    if code >= 500:
        return Outcome(DeliveryState.FAILED, "failed", str(code))
    return Outcome(DeliveryState.QUEUED, "not_taken", str(code))
