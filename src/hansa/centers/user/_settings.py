"""What whoever runs the platform may say about accounts."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from urllib.parse import urlsplit

import msgspec

from hansa.kernel.settings import Secret, Section

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class Issuer(msgspec.Struct, frozen=True, kw_only=True):
    """An OpenID Connect issuer that people may log in with. `name` is ours, `url` the issuer's own identifier."""

    name: str
    url: str
    client_id: str
    client_secret: str


class Accounts(Section, name="user"):
    """What whoever runs the platform may say about accounts."""

    session_idle: Annotated[
        timedelta, msgspec.Meta(description="How long a session lives without being used.")
    ] = timedelta(days=30)
    session_longest: Annotated[
        timedelta, msgspec.Meta(description="How long a session lives at most, however much it is used.")
    ] = timedelta(days=180)
    sessions_cached: Annotated[
        int, msgspec.Meta(ge=1, le=10_000_000, description="Tokens each process remembers at most.")
    ] = 50_000
    log_in_attempts: Annotated[
        int,
        msgspec.Meta(
            ge=1,
            le=1000,
            description="Log-ins tried for one e-mail address from one network within log_in_window, and from one browser"
            " that logged in before.",
        ),
    ] = 20
    log_in_attempts_network: Annotated[
        int,
        msgspec.Meta(
            ge=1,
            le=1_000_000,
            description="Log-ins that failed from one network within log_in_window, whatever the addresses.",
        ),
    ] = 300
    log_in_attempts_everywhere: Annotated[
        int,
        msgspec.Meta(
            ge=1,
            le=1_000_000,
            description="Log-ins tried for one e-mail address from all networks together within log_in_window, from"
            " browsers that did not log in before.",
        ),
    ] = 300
    log_in_window: Annotated[
        timedelta, msgspec.Meta(description="How long attempts to log in are counted together.")
    ] = timedelta(minutes=15)
    sign_ups_taken: Annotated[
        int,
        msgspec.Meta(
            ge=1,
            le=100_000,
            description="Sign-ups from one network that may meet taken e-mail addresses within an hour; after that"
            " none is answered from there.",
        ),
    ] = 10
    # RFC 9106 and OWASP: either much memory or more passes. One lane, so that a log-in takes one core.
    hash_memory_kib: Annotated[
        int,
        msgspec.Meta(ge=64, le=4_194_304, description="Memory that hashing one password takes, in KiB."),
    ] = 65_536
    hash_passes: Annotated[
        int, msgspec.Meta(ge=1, le=100, description="Passes over that memory when hashing a password.")
    ] = 2
    hash_workers: Annotated[
        int, msgspec.Meta(ge=1, le=64, description="Passwords each process hashes at once.")
    ] = 2
    proof_life: Annotated[
        timedelta, msgspec.Meta(description="How long a mailed link works that verifies an e-mail address.")
    ] = timedelta(days=2)
    reset_life: Annotated[
        timedelta, msgspec.Meta(description="How long a mailed link works that sets a new password.")
    ] = timedelta(hours=1)
    restore_life: Annotated[
        timedelta,
        msgspec.Meta(description="How long a changed e-mail address can be taken back from the old one."),
    ] = timedelta(days=7)
    proofs_per_hour: Annotated[
        int, msgspec.Meta(ge=1, le=1000, description="Links mailed for one address or party within an hour.")
    ] = 5
    fresh_log_in: Annotated[
        timedelta,
        msgspec.Meta(
            description="How long after proving who one is the ways into an account may be changed."
        ),
    ] = timedelta(minutes=15)
    passkey_domain: Annotated[
        str,
        msgspec.Meta(description="Domain that passkeys belong to; empty is the host of HANSA_PUBLIC_URL."),
    ] = ""
    passkey_origins: Annotated[
        tuple[str, ...],
        msgspec.Meta(description="Origins that passkeys may be used from; empty is HANSA_PUBLIC_URL alone."),
    ] = ()
    issuers: Annotated[
        tuple[str, ...],
        msgspec.Meta(
            description="OpenID Connect issuers people may log in with, each as NAME=URL#CLIENT_ID,"
            " such as acme=https://id.example.com#hansa."
        ),
    ] = ()
    issuer_secrets: Annotated[
        Secret | None,
        msgspec.Meta(description="Client secrets of these issuers, as NAME=SECRET, separated by commas."),
    ] = None
    issuers_link_verified: Annotated[
        tuple[str, ...],
        msgspec.Meta(
            description="Names of issuers whose verified e-mail address opens the account that verified the same one."
            " Others are linked from the account only."
        ),
    ] = ()
    erasure_grace: Annotated[
        timedelta, msgspec.Meta(description="How long an erasure that was asked for can be taken back.")
    ] = timedelta(days=14)
    export_kept: Annotated[
        timedelta, msgspec.Meta(description="How long an export of personal data can be downloaded.")
    ] = timedelta(days=7)
    guest_kept: Annotated[
        timedelta,
        msgspec.Meta(
            description="How long after a guest's last visit everything personal is kept; a day at least. Open orders"
            " are waited for."
        ),
    ] = timedelta(days=90)

    def outside(self) -> dict[str, Issuer]:
        """Return the configured issuers by name; what is malformed is left out, and `wrong` names it."""
        pairs = (self.issuer_secrets.reveal() if self.issuer_secrets else "").split(",")
        secrets = {
            name.strip(): secret.strip() for name, _, secret in (pair.partition("=") for pair in pairs)
        }
        found = {}
        for entry in self.issuers:
            issuer = _read_issuer(entry, secrets)
            if issuer is not None:
                found[issuer.name] = issuer
        return found

    def wrong(self) -> list[str]:
        """Say what cannot be right."""
        names = self.outside()
        found = [
            f"HANSA_USER_ISSUERS has {entry!r}, but must name issuers as NAME=https://HOST#CLIENT_ID."
            for entry in self.issuers
            if _read_issuer(entry, {}) is None
        ]
        found += [
            f"HANSA_USER_ISSUERS_LINK_VERIFIED names {name!r}, which is no issuer of HANSA_USER_ISSUERS."
            for name in self.issuers_link_verified
            if name not in names
        ]
        if self.guest_kept < timedelta(days=1):
            found.append("HANSA_USER_GUEST_KEPT must be a day at least: guests are seen to the hour.")
        for origin in self.passkey_origins:
            if not _is_safe(origin) or urlsplit(origin).path:
                found.append(
                    f"HANSA_USER_PASSKEY_ORIGINS has {origin!r}, but must hold origins: https://HOST."
                )
        return found


def _read_issuer(entry: str, secrets: dict[str, str]) -> Issuer | None:
    name, _, rest = entry.strip().partition("=")
    url, _, client_id = rest.partition("#")
    if not (name.isidentifier() and name.islower() and client_id and _is_safe(url)):
        return None
    return Issuer(name=name, url=url, client_id=client_id, client_secret=secrets.get(name, ""))


def _is_safe(url: str) -> bool:
    """Tell whether a URL is encrypted, or leads to this very machine."""
    parts = urlsplit(url)
    return bool(parts.netloc) and (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    )
