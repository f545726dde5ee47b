"""How somebody comes in and acts: sessions, tokens, scopes, passkeys, linked log-ins."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import datetime

import msgspec

from hansa.centers.user.types._ids import CeremonyId, IdentityId, PasskeyId, TokenId
from hansa.kernel.context import Actor, Traffic


class OwnScope(enum.StrEnum):
    """A scope by which a person's token acts for that person, in what is the person's own and needs no permission.

    A token carries none unless they are named, and an app never any: it is no person. A route says which one it
    asks for (`opt={"own": ...}`); one that only reads asks for `READ`. What says nothing and writes is done in a
    session, or by permission.
    """

    READ = "user.self.read"
    """See what is the person's own: orders, addresses, notifications, conversations."""
    CHANGE = "user.self.change"
    """Change what the person keeps: name, addresses, preferences, consents, webhook endpoints, tokens ended."""
    BUY = "user.self.buy"
    """Buy: cart, quotes, orders, payments, and what follows until a delivery is confirmed received."""
    SPEAK = "user.self.speak"
    """Say something in the person's name: conversations, reports, reviews."""


class TokenKind(enum.StrEnum):
    """A session follows a person around and slides; an API token is issued for a program and does not."""

    SESSION = "session"
    API = "api"


class Purpose(enum.StrEnum):
    """What somebody proves by opening a link that was mailed."""

    VERIFY_EMAIL = "verify_email"
    CHANGE_EMAIL = "change_email"
    RESTORE_EMAIL = "restore_email"
    """Sent to the address that was changed away from: whoever did not want that takes it back."""
    RESET_PASSWORD = "reset_password"  # noqa: S105 - a word, no password


class ProofMail(msgspec.Struct, frozen=True, kw_only=True):
    """What a mail with a one-time link says: for the one that writes it, after commit; never stored."""

    purpose: Purpose
    secret: str
    email: str
    name: str
    locale: str
    business: str
    traffic: Traffic
    expires_at: datetime


class LoggedIn(msgspec.Struct, frozen=True, kw_only=True):
    """A session that just started. `token` is shown this once; only its hash is kept.

    `device` is for the browser to keep and show at its next log-in; empty for a guest. It opens nothing.
    """

    token: str
    actor: Actor
    expires_at: datetime
    device: str = ""


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a token stands for.

    `business` and `traffic` are where the token was made: an API token works there alone, a session roams.
    `actor` carries what it may do there.
    """

    actor: Actor
    elsewhere: Mapping[Traffic, frozenset[str]]
    """What a session's actor may do in other traffic classes; nothing where one is absent."""
    kind: TokenKind
    business: str
    traffic: Traffic
    locale: str
    expires_at: datetime

    def acting_in(self, traffic: Traffic) -> Actor:
        """Return the actor with what it may do in a traffic class: what it holds of one is nothing in another."""
        if traffic is self.traffic:
            return self.actor
        return msgspec.structs.replace(self.actor, grants=self.elsewhere.get(traffic, frozenset()))


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """A token as lists show it, without its secret. `grants` is empty for a session."""

    id: TokenId
    kind: TokenKind
    label: str
    grants: tuple[str, ...]
    business: str
    traffic: Traffic
    created_at: datetime
    expires_at: datetime


class IssuedToken(msgspec.Struct, frozen=True, kw_only=True):
    """An API token just issued. `secret` is shown this once."""

    secret: str
    token: Token


class Device(msgspec.Struct, frozen=True):
    """A browser and a system, by name; empty where they are not known."""

    browser: str = ""
    system: str = ""


class SessionShown(msgspec.Struct, frozen=True, kw_only=True):
    """A living session as its owner's list shows it: on which device it began, and when it was last used.

    `acting` marks the one that asks. `seen_at` is right to an hour.
    """

    id: TokenId
    business: str
    browser: str
    system: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    acting: bool


class Ceremony(msgspec.Struct, frozen=True, kw_only=True):
    """A passkey ceremony that began: `options` go to the browser as they are; the id comes back with its answer."""

    id: CeremonyId
    options: dict[str, object]
    expires_at: datetime


class Passkey(msgspec.Struct, frozen=True, kw_only=True):
    """A passkey of a party. `backed_up` tells that it is kept by a provider too, not on one device alone."""

    id: PasskeyId
    name: str
    backed_up: bool
    created_at: datetime
    used_at: datetime | None


class LinkedIdentity(msgspec.Struct, frozen=True, kw_only=True):
    """A log-in at an issuer that opens this account."""

    id: IdentityId
    issuer: str
    linked_at: datetime
    used_at: datetime | None


class IssuerVisit(msgspec.Struct, frozen=True, kw_only=True):
    """A visit to an issuer that begins: send the browser to `url`.

    `binding` stays with the one who began (a cookie, never the URL) and comes back with state and code, so that
    nobody can be made to finish a log-in that somebody else began.
    """

    url: str
    binding: str
    expires_at: datetime


class WaysIn(msgspec.Struct, frozen=True, kw_only=True):
    """How a party can log in. Without a verified address a forgotten password cannot be set anew."""

    password: bool
    email_verified: bool
    passkeys: tuple[Passkey, ...]
    identities: tuple[LinkedIdentity, ...]


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody is about to do, as the risk point sees it: no e-mail address, no password.

    `action` is `<center>.<verb>`. `subject` is stable for one target (a hash of the e-mail address), so that
    an answer can count attempts.
    """

    action: str
    subject: str


class Risk(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to an attempt. `reason` is a stable code, shown when refused."""

    allowed: bool
    reason: str = ""
