from __future__ import annotations

import enum
import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated, TypeVar
from urllib.parse import urlsplit

from msgspec import Meta, field

from hansa.kernel.settings.addresses import is_network, is_origin, is_url
from hansa.kernel.settings.section import Section
from hansa.kernel.settings.values import Secret

S = TypeVar("S", bound=Section)

_PROCESSES_MAX = 4  # what `processes = 0` chooses at most; more gains little beside one PostgreSQL


class LogFormat(enum.StrEnum):
    """How log lines look: `auto` is `console` on a terminal and `json` elsewhere."""

    AUTO = "auto"
    JSON = "json"
    CONSOLE = "console"


class LogLevel(enum.StrEnum):
    """The least severe lines that are logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Settings(Section):
    """What the platform itself is told by whoever runs it; `section(Smtp)` gives a center's own group.

    `Settings()` is the default of everything, as tests want it; `load` reads the environment and the file.
    """

    database_url: Annotated[
        Secret | None,
        Meta(
            description="URL of a PostgreSQL 15 or later; empty starts the embedded one in the data directory."
        ),
    ] = None
    database_connections: Annotated[
        int, Meta(ge=1, le=200, description="Connections to the database that each process keeps at most.")
    ] = 8
    data_dir: Annotated[
        Path, Meta(description="Where the embedded database, generated keys and run files live.")
    ] = Path(".hansa")
    host: Annotated[str, Meta(min_length=1, description="Address the server listens on.")] = "127.0.0.1"
    port: Annotated[
        int, Meta(ge=0, le=65535, description="Port the server listens on; 0 takes a free one.")
    ] = 8000
    processes: Annotated[
        int, Meta(ge=0, le=64, description="Server processes; 0 is one per processor, at most four.")
    ] = 0
    public_url: Annotated[
        str,
        Meta(
            description="Where people reach the platform; empty is http://HOST:PORT. Used in mails and links."
        ),
    ] = ""
    entities: Annotated[
        tuple[str, ...],
        Meta(
            description="Legal entities whose books are kept here, besides the platform's own and those of"
            " installed packages; a published manifest may name these alone."
        ),
    ] = ()
    trusted_proxies: Annotated[
        tuple[str, ...],
        Meta(
            description="Addresses whose X-Forwarded-For and X-Forwarded-Proto are believed; * believes all."
        ),
    ] = ()
    secret_keys: Annotated[
        Secret | None,
        Meta(
            description="Keys that sign quotes, cursors and forms, separated by commas: the first signs, all verify,"
            " so that keys can be rotated. Empty: one is generated and kept in the data directory."
        ),
    ] = None
    log_format: Annotated[
        LogFormat, Meta(description="How log lines look; auto is console on a terminal, json elsewhere.")
    ] = LogFormat.AUTO
    log_level: Annotated[LogLevel, Meta(description="The least severe log lines that are written.")] = (
        LogLevel.INFO
    )
    access_log: Annotated[bool, Meta(description="Write a line for every request.")] = True
    otlp_endpoint: Annotated[
        str, Meta(description="URL of an OpenTelemetry collector (OTLP over HTTP); empty sends no traces.")
    ] = ""
    otlp_sample: Annotated[
        float,
        Meta(ge=0, le=1, description="Share of requests that are traced when they come without a trace."),
    ] = 1.0
    metrics_token: Annotated[
        Secret | None,
        Meta(description="Bearer token for /metrics; without one only this machine may read them."),
    ] = None
    body_max_bytes: Annotated[
        int, Meta(ge=1024, le=1 << 30, description="Longest request body that is read, in bytes.")
    ] = 1 << 20
    request_timeout: Annotated[
        timedelta, Meta(description="How long a request may take before it is answered with 503.")
    ] = timedelta(seconds=30)
    stop_timeout: Annotated[
        timedelta, Meta(description="How long running requests and jobs may finish when the platform stops.")
    ] = timedelta(seconds=10)

    _sections: Mapping[type[Section], Section] = field(default_factory=dict)

    def section(self, kind: type[S]) -> S:
        """Return a center's group of settings; its defaults when nothing was told."""
        found = self._sections.get(kind)
        return found if isinstance(found, kind) else kind()

    def url(self) -> str:
        """Return where people reach the platform, without a slash at the end."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    def own_hosts(self) -> frozenset[str]:
        """Return the hosts that lead to the platform itself: the public one; where none is named, this machine."""
        hosts = {urlsplit(self.url()).hostname or ""} | ({"localhost"} if not self.public_url else set())
        return frozenset(hosts - {""})

    def server_processes(self) -> int:
        """Return how many server processes to start."""
        return self.processes or min(os.cpu_count() or 1, _PROCESSES_MAX)

    def wrong(self) -> Sequence[str]:
        """Return a sentence for each value that cannot be right."""
        found: list[str] = []
        if self.database_url:
            found += _wrong_address(self.database_url.reveal())
        if self.public_url and not is_origin(self.public_url.rstrip("/")):
            example = "https://shop.example.com: http or https, a host, perhaps a port, and no path"
            found.append(
                f"HANSA_PUBLIC_URL is {self.public_url!r}, but must be an address such as {example}."
            )
        if self.otlp_endpoint and not is_url(self.otlp_endpoint):
            wanted = "must be a URL that begins with http:// or https://"
            found.append(f"HANSA_OTLP_ENDPOINT is {self.otlp_endpoint!r}, but {wanted}.")
        found += _wrong_proxies(self.trusted_proxies)
        if self.secret_keys and any(len(key.strip()) < 32 for key in self.secret_keys.reveal().split(",")):
            found.append(
                "HANSA_SECRET_KEYS has a key of fewer than 32 characters; `openssl rand -hex 32` makes one."
            )
        for name, span in (
            ("HANSA_REQUEST_TIMEOUT", self.request_timeout),
            ("HANSA_STOP_TIMEOUT", self.stop_timeout),
        ):
            if span <= timedelta():
                found.append(f"{name} must be longer than nothing.")
        return found


def _wrong_proxies(proxies: Sequence[str]) -> Iterator[str]:
    """Say what is no address of a proxy: the server would believe nobody, and say nothing."""
    if "*" in proxies and len(proxies) > 1:
        yield "HANSA_TRUSTED_PROXIES names * and others: * believes all, and stands alone."
    for one in proxies:
        if one != "*" and not is_network(one):
            wanted = "IP addresses, networks such as 10.0.0.0/8, or * alone"
            yield f"HANSA_TRUSTED_PROXIES names {one!r}, but must be a list of {wanted}."


def _wrong_address(url: str) -> Sequence[str]:
    """Return what cannot be right about a database's URL. It is not shown: it may hold a password."""
    try:
        parts = urlsplit(url)
        scheme, _ = parts.scheme.partition("+")[0], parts.port
    except ValueError:
        written = "postgresql://USER:PASSWORD@HOST:PORT/DATABASE, with a port up to 65535"
        return [f"HANSA_DATABASE_URL cannot be read: it is written {written}."]
    if scheme not in {"postgresql", "postgres"}:
        return ["HANSA_DATABASE_URL must begin with postgresql://; Hansa runs on PostgreSQL alone."]
    return []
