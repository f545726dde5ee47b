"""Which account of the machine the server runs as: PostgreSQL refuses to run as root."""

from __future__ import annotations

import os
import pwd
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hansa.kernel.embedded.errors import NoUnprivilegedAccount, WrongOwner

if TYPE_CHECKING:
    from pathlib import Path

# Accounts that machines already have, the most private first: `nobody` may serve other programs too.
UNPRIVILEGED = ("hansa", "postgres", "nobody", "daemon")


@dataclass(frozen=True, slots=True)
class Account:
    """An existing account; `drops` is true when root runs us, so that a child has to drop to it."""

    name: str
    uid: int
    gid: int
    drops: bool


def server_account(cluster: Path) -> Account:
    """Return the account that runs the server of this cluster folder (which may not exist yet).

    An existing cluster keeps its owner, whichever unprivileged account that is.

    Raises:
        WrongOwner: the cluster belongs to root, or to somebody else than the one who runs us.
        NoUnprivilegedAccount: root runs us and no account of `UNPRIVILEGED` exists.
    """
    uid = os.geteuid()
    owner = _owner(cluster)
    if uid != 0:
        if owner is not None and owner != uid:
            raise WrongOwner(
                f"The cluster {cluster} belongs to the user {_name(owner)}, but {_name(uid)} is running Hansa."
            )
        return Account(_name(uid), uid, os.getegid(), drops=False)
    if owner == 0:
        raise WrongOwner(
            f"The cluster {cluster} belongs to root, as which PostgreSQL refuses to run:"
            f" give it to another user by chown -R."
        )
    if owner is not None:
        return _of_uid(owner)
    for name in UNPRIVILEGED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(name, entry.pw_uid, entry.pw_gid, drops=True)
    raise NoUnprivilegedAccount(
        f"PostgreSQL refuses to run as root, and this machine has none of the users {', '.join(UNPRIVILEGED)}."
    )


def _owner(folder: Path) -> int | None:
    try:
        return folder.stat().st_uid
    except FileNotFoundError:
        return None


def _of_uid(uid: int) -> Account:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        raise WrongOwner(
            f"The cluster belongs to the user number {uid}, whom this machine does not know."
        ) from None
    return Account(entry.pw_name, uid, entry.pw_gid, drops=True)


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"number {uid}"
