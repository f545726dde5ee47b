"""All pages of the reference by their names, and how they are written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from hansa.kernel.outbox.schemas import export, schemas
from tools.reference import api, commands, events, points, problems, settings, terms
from tools.reference.house import House

PAGES: dict[str, Callable[[House], str]] = {
    "points.md": points.page,
    "terms.md": terms.page,
    "events.md": events.page,
    "problems.md": problems.page,
    "settings.md": settings.page,
    "api.md": api.page,
    "commands.md": commands.page,
}


def generated(house: House) -> dict[str, str]:
    """Return every file of the reference by its name."""
    made = {name: page(house) for name, page in PAGES.items()}
    made["openapi.json"] = _json(house.openapi)
    return made | {f"events/{name}": _json(schema) for name, schema in schemas(house.centers).items()}


def write(house: House, folder: Path) -> list[str]:
    """Write the files that differ; return their names. Raises `ValueError` for an incompatible event."""
    changed = [f"events/{name}" for name in export(house.centers, folder / "events")]
    for name, text in generated(house).items():
        path = folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            changed.append(name)
    return changed


def _json(value: object) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n"
