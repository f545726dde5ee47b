"""Hashing passwords: argon2id, off the event loop, a few at a time."""

from __future__ import annotations

import asyncio
import base64
import secrets
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from hansa.centers.user._rules.texts import normal_password
from hansa.kernel.problem import Busy

if TYPE_CHECKING:
    from collections.abc import Callable

    from hansa.centers.user.types import Accounts

T = TypeVar("T")

WAITING_PER_WORKER_MAX = 32  # a hash takes some 50 ms, so nobody waits longer than two seconds


class Passwords:
    """The process's password hashing. Bounded: hashing is meant to be dear, and must not be the way to stop us."""

    def __init__(self, settings: Accounts) -> None:
        self._hasher = PasswordHash(
            (
                Argon2Hasher(
                    time_cost=settings.hash_passes, memory_cost=settings.hash_memory_kib, parallelism=1
                ),
            )
        )
        self._workers = ThreadPoolExecutor(settings.hash_workers, thread_name_prefix="hansa-password")
        self._running = 0
        self._running_max = settings.hash_workers * (1 + WAITING_PER_WORKER_MAX)
        # Compared against when there is no such account, so that both cases take as long.
        self._nobodys = _of_no_password(settings)

    async def hash(self, password: str) -> str:
        """Hash a new password. Raises `Busy` when too many wait."""
        normal = normal_password(password)
        return await self._work(lambda: self._hasher.hash(normal))

    async def check(self, password: str, password_hash: str | None) -> tuple[bool, str | None]:
        """Tell whether a password is right, and give a new hash when the stored one is weaker than today's.

        Without a stored hash the answer is no, and takes as long. Raises `Busy` when too many wait.
        """
        normal = normal_password(password)
        right, stronger = await self._work(
            lambda: self._hasher.verify_and_update(normal, password_hash or self._nobodys)
        )
        return (right, stronger) if password_hash else (False, None)

    async def _work(self, call: Callable[[], T]) -> T:
        if self._running >= self._running_max:
            raise Busy
        self._running += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._workers, call)
        finally:
            self._running -= 1


def _of_no_password(settings: Accounts) -> str:
    """Return a hash that no password has: chance, in the form and with the cost of a real one.

    Nothing is hashed for it; every process would spend as long on it as on a log-in, whatever it was started for.
    """
    salt, digest = (base64.b64encode(secrets.token_bytes(size)).rstrip(b"=").decode() for size in (16, 32))
    cost = f"m={settings.hash_memory_kib},t={settings.hash_passes},p=1"
    return f"$argon2id$v=19${cost}${salt}${digest}"
