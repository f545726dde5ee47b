"""Figures for pages: as the last export has them, worked out once and kept for a minute."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import TYPE_CHECKING

import msgspec

from hansa.kernel.context import Traffic
from hansa.kernel.snapshot import Snapshot

if TYPE_CHECKING:
    from hansa.data.views import Answer
    from hansa.kernel.context import Ctx
    from hansa.kernel.platform import Platform

AGE_S_MAX = 60.0
KEPT_MAX = 100


class Asked(msgspec.Struct, frozen=True):
    """Whose figures, and in which language."""

    business: str
    traffic: Traffic
    language: str


class Shown(msgspec.Struct, frozen=True):
    """Figures of a business, and when they were exported."""

    answers: tuple[Answer, ...]
    exported_at: datetime


class Figures(Snapshot[Asked, Shown]):
    """What `hansa report` says of businesses, for pages of this process."""

    def __init__(self, platform: Platform) -> None:
        async def load(wanted: Sequence[Asked]) -> Mapping[Asked, Shown]:
            return await asyncio.to_thread(_worked_out, platform, wanted)

        super().__init__(load=load, age_max_s=AGE_S_MAX, entries_max=KEPT_MAX)


async def figures(ctx: Ctx, *, language: str) -> Shown | None:
    """Return a business's figures in a language; None when nothing was exported, or the extra is not installed.

    Whoever asks answers for who may see them.
    """
    if find_spec("duckdb") is None:
        return None
    asked = Asked(ctx.business, ctx.traffic, language)
    return (await ctx.platform.service(Figures).get([asked])).get(asked)


def _worked_out(platform: Platform, wanted: Sequence[Asked]) -> dict[Asked, Shown]:
    from hansa.data import exporting, views  # noqa: PLC0415 - needs the extra

    folder = exporting.folder_of(platform)
    if exporting.standing_of(folder).part == 0:
        return {}
    exports = [one for center in platform.centers for one in center.exports]
    exported_at = datetime.fromtimestamp((folder / exporting.PLACE).stat().st_mtime, UTC)
    return {
        one: Shown(
            tuple(
                views.answer(
                    folder, exports, business=one.business, traffic=one.traffic, language=one.language
                )
            ),
            exported_at,
        )
        for one in wanted
    }
