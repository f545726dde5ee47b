"""What whoever runs the platform may say about mail."""

from __future__ import annotations

import enum
from datetime import timedelta
from ipaddress import ip_address
from typing import Annotated

import msgspec

from hansa.kernel.settings import Secret, Section


class Security(enum.StrEnum):
    """How a connection to a mail server is protected."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


class Mail(Section, name="mail"):
    """Mail servers. Live mail has one; everything else goes to a stand-in that keeps it here, or nowhere."""

    host: Annotated[str, msgspec.Meta(description="SMTP server of live mail; empty sends none.")] = ""
    port: Annotated[int, msgspec.Meta(ge=1, le=65535, description="Port of that server.")] = 587
    security: Annotated[Security, msgspec.Meta(description="How that connection is protected.")] = (
        Security.STARTTLS
    )
    user: Annotated[str, msgspec.Meta(description="Log-in at that server; empty logs in nowhere.")] = ""
    password: Annotated[Secret | None, msgspec.Meta(description="Password of that log-in.")] = None
    sender: Annotated[str, msgspec.Meta(min_length=3, description="Address that mail comes from.")] = (
        "hansa@localhost.localdomain"
    )
    stand_in_host: Annotated[
        str,
        msgspec.Meta(
            description="SMTP server that keeps mail to itself, for sandbox and other traffic that is not live;"
            " on this machine or network. Empty sends none."
        ),
    ] = ""
    stand_in_port: Annotated[int, msgspec.Meta(ge=1, le=65535, description="Port of the stand-in.")] = 1025
    timeout: Annotated[timedelta, msgspec.Meta(description="How long a mail server may take to answer.")] = (
        timedelta(seconds=20)
    )

    def wrong(self) -> list[str]:
        """Say what cannot be right: above all, a stand-in that might hand mail on to real people."""
        found = []
        if "@" not in self.sender or any(letter.isspace() for letter in self.sender):
            found.append("HANSA_MAIL_SENDER must be an e-mail address.")
        if self.stand_in_host:
            if (_plain(self.stand_in_host), self.stand_in_port) == (_plain(self.host), self.port):
                found.append(
                    "HANSA_MAIL_STAND_IN_HOST names the server of live mail; mail of tests would leave."
                )
            if not _is_near(self.stand_in_host):
                found.append(
                    "HANSA_MAIL_STAND_IN_HOST must be on this machine or network, such as localhost."
                )
        return found


def _plain(host: str) -> str:
    """Return one name for a host: this machine has several."""
    try:
        return "localhost" if ip_address(host).is_loopback else host
    except ValueError:
        return host.lower().rstrip(".")


def _is_near(host: str) -> bool:
    """Tell whether a host is this machine, a private address, or a name that only a local network knows."""
    try:
        address = ip_address(host)
    except ValueError:
        return "." not in host or host.endswith(
            (".local", ".internal", ".localhost", ".test", ".localdomain")
        )
    return address.is_loopback or address.is_private
