"""What somebody who just started the platform wants to know: where to go, and who to log in as."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from hansa.kernel.platform import Platform


class Door(msgspec.Struct, frozen=True):
    """An address worth opening: its name, its path (`/bazaar`) and what is behind it."""

    name: str
    path: str
    meaning: str = ""


class Login(msgspec.Struct, frozen=True):
    """A log-in of the demo, which is sandbox traffic: nothing here is secret."""

    role: str
    email: str
    password: str


class Welcome(msgspec.Struct, frozen=True):
    """All doors and log-ins."""

    doors: Sequence[Door] = ()
    logins: Sequence[Login] = ()


@dataclass(frozen=True, slots=True)
class Reception:
    """Who knows the welcome of a running platform: a service of it, so that a face need not know the demo."""

    welcome: Callable[[Platform], Awaitable[Welcome]]
