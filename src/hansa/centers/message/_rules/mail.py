"""Where a mail may go, and how it is written."""

from __future__ import annotations

import re
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from uuid import UUID

import msgspec
from markupsafe import Markup

from hansa.centers.message.types import Mail, Rendered, Security
from hansa.kernel.context import Traffic
from hansa.kernel.settings import Secret

_MESSAGE_ID = re.compile(r"<?(?P<notification>[0-9a-f]{32})\.(?P<party>[0-9a-f]{32})\.mail@[^\s<>@]+>?")


class Server(msgspec.Struct, frozen=True):
    """A mail server to hand a mail to."""

    host: str
    port: int
    security: Security
    user: str = ""
    password: Secret | None = None


def server_for(traffic: Traffic, settings: Mail) -> Server | None:
    """Return the only server that mail of this traffic may go to, or `None`: then it goes nowhere.

    Live mail goes to the server of live mail; everything else to the stand-in, which the settings check to
    be near and to be another one. There is no way around by a flag.
    """
    if traffic is Traffic.LIVE:
        if not settings.host:
            return None
        return Server(settings.host, settings.port, settings.security, settings.user, settings.password)
    if not settings.stand_in_host:
        return None
    return Server(settings.stand_in_host, settings.stand_in_port, Security.NONE)


def message_id(party_id: UUID, notification_id: UUID, sender: str) -> str:
    """Return the Message-ID of a notification's mail: the same however often it leaves, and found again by it."""
    return f"<{notification_id.hex}.{party_id.hex}.mail@{sender.rpartition('@')[2]}>"


def read_message_id(text: str) -> tuple[UUID, UUID] | None:
    """Return the party and the notification that a Message-ID of ours names; None for any other."""
    found = _MESSAGE_ID.fullmatch(text.strip())
    return (UUID(found["party"]), UUID(found["notification"])) if found else None


class WayOut(msgspec.Struct, frozen=True):
    """How to get no more of a kind of mail.

    `one_click` is for mail programs, which POST to it (RFC 8058); `page` for people, who look before they
    decide; `words` say to them what it is.
    """

    one_click: str
    page: str
    words: str


class WayBack(msgspec.Struct, frozen=True):
    """Where somebody without an account sees what a mail is about, and the words that lead there."""

    page: str
    words: str


def unsubscribe_headers(url: str) -> dict[str, str]:
    """Return the headers by which a mail program unsubscribes at one click (RFC 2369, RFC 8058)."""
    return {"List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def write_mail(
    rendered: Rendered,
    *,
    party_id: UUID,
    notification_id: UUID,
    told_at: datetime,
    traffic: Traffic,
    sender: str,
    sender_name: str,
    to: str,
    to_name: str,
    way_back: WayBack | None = None,
    way_out: WayOut | None = None,
) -> EmailMessage:
    """Write the mail of a notification; written again it is the same to the byte (RFC 5322, RFC 2045).

    With a `way_back` it leads to what it is about. With a `way_out` it says how to get no more of its kind: to programs in its headers, to people at its end.
    """
    # Only an address beyond ASCII needs a server that speaks SMTPUTF8; everything else is encoded in 7 bits.
    mail = EmailMessage(policy=(SMTP if to.isascii() else SMTPUTF8).clone(cte_type="7bit"))
    mail["From"] = _mailbox(sender_name, sender)
    mail["To"] = _mailbox(to_name, to)
    mail["Subject"] = rendered.subject
    mail["Date"] = format_datetime(told_at)
    mail["Message-ID"] = message_id(party_id, notification_id, sender)
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday answer comes back
    text, html = rendered.text, rendered.html
    if way_back is not None:
        text, html = _with_line(text, html, way_back.words, way_back.page)
    if way_out is not None:
        for name, value in unsubscribe_headers(way_out.one_click).items():
            mail[name] = value
        text, html = _with_way_out(text, html, way_out)
    if traffic is not Traffic.LIVE:
        mail["X-Hansa-Traffic"] = traffic.value
    mail.set_content(text + "\n", charset="utf-8")
    mail.add_alternative(html, subtype="html", charset="utf-8")
    mail.set_boundary(f"=_{notification_id.hex}")
    return mail


def _with_way_out(text: str, html: str, way_out: WayOut) -> tuple[str, str]:
    """Return both forms of a mail with the way out at their end."""
    return _with_line(text, html, way_out.words, way_out.page, style="color: #666; font-size: 0.85em")


def _with_line(text: str, html: str, words: str, page: str, *, style: str = "") -> tuple[str, str]:
    """Return both forms of a mail with a link, and what it leads to, at their end."""
    styled = Markup(' style="{}"').format(style) if style else Markup()
    line = Markup('<p{}>{} <a href="{}">{}</a></p>\n').format(styled, words, page, page)
    body, end, rest = html.rpartition("</body>")
    written = f"{body}{line}{end}{rest}" if end else f"{html}\n{line}"
    return f"{text}\n\n{words}\n{page}", written


def _mailbox(name: str, address: str) -> Address:
    local, _, domain = address.rpartition("@")
    return Address(" ".join(name.split()), local, domain)
