"""From an exception to the sentence a person reads, and the exit code a script reads."""

from __future__ import annotations

from collections.abc import Sequence

FAILED = 1
INTERRUPTED = 130


class Failure(Exception):
    """A command cannot do what was asked; each sentence says why and, where we know, what to do."""

    def __init__(self, *sentences: str, code: int = FAILED) -> None:
        super().__init__("\n".join(sentences))
        self.sentences: Sequence[str] = sentences
        self.code = code


def sentences_of(wrong: BaseException) -> Sequence[str] | None:
    """Return what to tell about an exception that is no fault of ours; None for one that is."""
    from hansa.kernel.embedded import EmbeddedError  # noqa: PLC0415 - imported when something went wrong
    from hansa.kernel.problem import Problem  # noqa: PLC0415
    from hansa.kernel.security import KeyFileUnsafe  # noqa: PLC0415
    from hansa.kernel.settings import SettingsWrong  # noqa: PLC0415

    if isinstance(wrong, Failure | SettingsWrong):
        return wrong.sentences
    if isinstance(wrong, Problem):
        return _problem(wrong)
    if isinstance(wrong, EmbeddedError | KeyFileUnsafe):
        return [str(wrong)]
    if isinstance(wrong, PermissionError) and wrong.filename:
        return [f"{wrong.filename} cannot be written: {(wrong.strerror or 'not allowed').lower()}."]
    return None


def _problem(problem: object) -> Sequence[str]:
    """Tell a problem: its sentence, then what it says about each field, as forms would show it."""
    title = str(getattr(problem, "title", ""))
    detail = str(getattr(problem, "detail", ""))
    extras: dict[str, object] = getattr(problem, "extras", {})
    errors = extras.get("errors")
    told_below = isinstance(errors, list) and bool(errors)  # a detail then only strings them together
    lines = [f"{title}: {detail}." if detail and detail != title and not told_below else f"{title}."]
    for name, value in extras.items():
        if name == "errors" and isinstance(value, list):
            lines += [_field_error(error) for error in value]
        elif value and isinstance(value, str | int | list | tuple):
            shown = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
            lines.append(f"{name}: {shown}")
    return lines


def _field_error(error: object) -> str:
    if isinstance(error, dict):
        where = error.get("field") or error.get("where") or ""
        return f"{where}: {error.get('message', '')}".removeprefix(": ")
    return str(error)
