"""Who gives a command, and whether they mean it."""

from __future__ import annotations

import getpass
import sys
from typing import Annotated

from cyclopts import Parameter

from hansa.cli import screen
from hansa.cli.failure import Failure

Yes = Annotated[bool, Parameter(negative="", show_default=False, help="Do not ask once more.")]


def who() -> str:
    """Name the account of this machine, for what keeps who did it."""
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):
        return "cli"


def confirm(consequence: str, *, yes: bool) -> None:
    """Say what will happen and go on only if somebody agrees, or has with --yes. Raises `Failure`."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise Failure("Nobody is there to be asked, so nothing was changed. Add --yes to go on.")
    screen.out.print(consequence, markup=False)
    if screen.out.input("Go on? [y/N] ", markup=False).strip().lower() not in {"y", "yes"}:
        raise Failure("Nothing was changed.")


def require_a_choice(*, named: bool, all_: bool) -> None:
    """Raise `Failure` unless either some ids or --all were given."""
    if named == all_:
        raise Failure("Name the ids, or say --all." if not named else "Either ids or --all, not both.")
