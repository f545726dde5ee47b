from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from hansa.kernel.settings.platform import Settings
from hansa.kernel.settings.section import PREFIX, Section, describe, types_of, variable
from hansa.kernel.settings.values import Secret, ValueWrong, bare, read

FILE_NAME = "hansa.toml"
_CONFIG = PREFIX + "CONFIG"
_FROM_FILE = "_FILE"  # HANSA_X_FILE names a file that holds the secret X, as container platforms mount them


class SettingsWrong(Exception):
    """The settings cannot be right; `sentences` names every mistake at once."""

    def __init__(self, sentences: Sequence[str]) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = tuple(sentences)


def load(
    sections: Iterable[type[Section]] = (),
    *,
    environ: Mapping[str, str] | None = None,
    folder: Path | None = None,
    options: Mapping[str, Any] | None = None,
) -> Settings:
    """Read the settings: the environment wins over `hansa.toml` in `folder` (or the file HANSA_CONFIG names).

    `options` are settings of the platform as the command line gave them (`--port`); they win over both.

    Relative paths are taken from `folder`, the working directory unless given. Raises `SettingsWrong`.
    """
    env = dict(os.environ if environ is None else environ)
    base = folder or Path.cwd()
    kinds: list[type[Section]] = [Settings, *sections]
    describe(*kinds)  # a setting nobody described stops the start, not only the reference
    mistakes: list[str] = []
    file, from_file = _read_file(env, base, mistakes)
    _unknown_in_file(from_file, kinds, file, mistakes)
    _unknown_in_environment(env, kinds, mistakes)
    said: dict[type[Section], Mapping[str, Any]] = {Settings: options or {}}
    made = {
        kind: _read_section(kind, env, from_file, file, mistakes, options=said.get(kind, {}))
        for kind in kinds
    }
    for section in made.values():
        mistakes.extend(section.wrong())
    if mistakes:
        raise SettingsWrong(mistakes)
    own = made.pop(Settings)
    assert isinstance(own, Settings)  # noqa: S101 - made two lines above
    return msgspec.structs.replace(own, data_dir=(base / own.data_dir).resolve(), _sections=made)


def _read_file(env: Mapping[str, str], base: Path, mistakes: list[str]) -> tuple[str, dict[str, Any]]:
    named = env.get(_CONFIG, "")
    path = base / (named or FILE_NAME)
    if not named and not path.exists():
        return FILE_NAME, {}
    try:
        return path.name, tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as wrong:
        mistakes.append(f"The settings file {path} cannot be read: {(wrong.strerror or str(wrong)).lower()}.")
    except UnicodeDecodeError:
        mistakes.append(f"The settings file {path} is not UTF-8.")
    except tomllib.TOMLDecodeError as wrong:
        mistakes.append(f"The settings file {path} is not valid TOML: {wrong}.")
    return path.name, {}


def _read_section(
    kind: type[Section],
    env: Mapping[str, str],
    from_file: Mapping[str, Any],
    file: str,
    mistakes: list[str],
    *,
    options: Mapping[str, Any],
) -> Section:
    table = from_file.get(kind.group, {}) if kind.group else from_file
    values: dict[str, Any] = {}
    for field, type_ in types_of(kind).items():
        name = variable(kind, field)
        found, where = options.get(field), f"--{field}"
        if found is None:
            found, where = _from_environment(name, env, mistakes, secret=bare(type_)[0] is Secret), name
        if found is None and isinstance(table, Mapping) and field in table:
            found, where = table[field], f"{'.'.join(filter(None, (kind.group, field)))} in {file}"
        if found is None:
            continue
        try:
            values[field] = read(type_, found)
        except ValueWrong as wrong:
            shown = "is what it is" if bare(type_)[0] is Secret else f"is {found!r}"
            mistakes.append(f"{where} {shown}, but {wrong}.")
    return kind(**values)


def _from_environment(name: str, env: Mapping[str, str], mistakes: list[str], *, secret: bool) -> str | None:
    """Return a variable's text; an empty one counts as not set, as shells and compose files leave them."""
    if text := env.get(name):
        return text
    if secret and (path := env.get(name + _FROM_FILE)):
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as wrong:
            reason = getattr(wrong, "strerror", None) or "it is not UTF-8"
            mistakes.append(f"{name}{_FROM_FILE} names {path}, which cannot be read: {reason.lower()}.")
    return None


def _unknown_in_environment(
    env: Mapping[str, str], kinds: Sequence[type[Section]], mistakes: list[str]
) -> None:
    known = {_CONFIG}
    for kind in kinds:
        for field, type_ in types_of(kind).items():
            known.add(variable(kind, field))
            if bare(type_)[0] is Secret:
                known.add(variable(kind, field) + _FROM_FILE)
    mistakes.extend(
        f"{name} is not a setting{_meant(name, known)}."
        for name in sorted(env)
        if name.startswith(PREFIX) and name not in known
    )


def _unknown_in_file(
    from_file: Mapping[str, Any], kinds: Sequence[type[Section]], file: str, mistakes: list[str]
) -> None:
    by_section = {kind.group: kind for kind in kinds if kind.group}
    top = types_of(Settings).keys() | by_section.keys()
    for name, value in from_file.items():
        if name not in top:
            mistakes.append(f"{name} in {file} is not a setting{_meant(name, top)}.")
        elif name in by_section:
            if not isinstance(value, Mapping):
                mistakes.append(f"{name} in {file} must be a table: [{name}].")
                continue
            inside = types_of(by_section[name]).keys()
            mistakes.extend(
                f"{name}.{field} in {file} is not a setting{_meant(field, inside)}."
                for field in value
                if field not in inside
            )


def _meant(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.7)
    return f" (did you mean {close[0]}?)" if close else ""
