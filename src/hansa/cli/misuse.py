"""What to say of a command line that cannot be read, as all other failures are said: in a sentence."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from typing import Any, get_args

from cyclopts import (
    App,
    CoercionError,
    CycloptsError,
    MissingArgumentError,
    RepeatArgumentError,
    UnknownCommandError,
    UnknownOptionError,
    UnusedCliTokensError,
)

MISUSED = 2


def sentences_of_misuse(wrong: CycloptsError) -> Sequence[str]:
    """Return why a command line cannot be read, and which help tells how it is written."""
    wrong.verbose = False
    asked = " ".join(("hansa", *(wrong.command_chain or ())))
    return [f"{_why(wrong, asked)}; see `{asked} --help`."]


def _why(wrong: CycloptsError, asked: str) -> str:
    match wrong:
        case UnknownCommandError(unused_tokens=[word, *_]):
            why = f"There is no command `{asked} {word}`{_meant(word, _commands(wrong.app))}"
        case UnknownOptionError():
            word = wrong.token.keyword or wrong.token.value
            known = [name for one in wrong.argument_collection for name in one.names]
            why = f"`{asked}` has no option {word}{_meant(word, known)}"
        case UnusedCliTokensError(unused_tokens=[word, *_]):
            why = f"`{asked}` takes no {word!r}"
        case MissingArgumentError():
            why = f"{wrong.keyword} needs a value" if wrong.keyword else f"`{asked}` needs {_name(wrong)}"
        case RepeatArgumentError():
            why = f"{wrong.token.keyword} is said twice"
        case CoercionError(token=token) if token is not None:
            why = f"{token.keyword or _name(wrong)} is {token.value!r}, but {_wanted(wrong)}"
        case _:
            why = str(wrong).rstrip(".")
    return why


def _name(wrong: CycloptsError) -> str:
    return wrong.argument.name if wrong.argument is not None else "an argument"


def _wanted(wrong: CoercionError) -> str:
    """Say what a value must be, as the settings say it."""
    if wrong.msg is not None:
        return str(wrong.msg)
    if wrong.target_type is bool:
        return "must be true or false"
    choices = [str(one) for one in get_args(wrong.target_type)]
    return f"must be one of {', '.join(choices)}" if choices else "cannot be read"


def _commands(app: Any) -> Iterable[str]:
    return [name for name in app if not name.startswith("-")] if isinstance(app, App) else []


def _meant(word: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f" (did you mean {close[0]}?)" if close else ""
