"""settings.md: everything that whoever runs the platform may say."""

from __future__ import annotations

from itertools import groupby

from hansa.kernel.settings import Setting, Settings, describe
from tools.reference import markdown as md
from tools.reference.house import House


def page(house: House) -> str:
    """Return every setting with its default, by its group in the file."""
    described = describe(Settings, *(section for center in house.centers for section in center.settings))
    parts = []
    for group, settings in groupby(described, key=lambda setting: setting.group):
        parts.append(f"## [{group}]" if group else "## The platform")
        parts.append(
            md.table(
                ["environment", "in the file", "value", "default", "meaning"], [_row(one) for one in settings]
            )
        )
    return md.page("Settings", _INTRODUCTION, *parts)


_INTRODUCTION = """\
Read once at the start, from the environment and from `hansa.toml` in the working directory (or the file that
`HANSA_CONFIG` names). The environment wins. A secret may stand in a file of its own, named by its variable with
`_FILE` at the end. Everything that is wrong, a misspelt name included, is told at once before anything starts."""


def _row(setting: Setting) -> list[str]:
    return [
        f"`{setting.variable}`",
        f"`{setting.name}`",
        setting.kind + (", secret" if setting.secret else ""),
        f"`{setting.default}`" if setting.default else "empty",
        setting.description,
    ]
