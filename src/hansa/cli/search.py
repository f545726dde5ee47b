"""`hansa search`: looking after the index of products."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hansa.cli import screen
from hansa.cli.options import Json
from hansa.cli.pace import Pace, now_and_then
from hansa.cli.startup import with_platform
from hansa.kernel.platform import Platform

if TYPE_CHECKING:
    from collections.abc import Callable

    from hansa.centers.search.types import Progress


def rebuild(*, json: Json = False) -> None:
    """Build the index of products anew beside the old one, then let it take over.

    Searching and selling go on meanwhile. Safe to repeat: a rebuild that was interrupted begins again, and of two at
    once the later one goes on.
    """
    from hansa.centers.search import api as search  # noqa: PLC0415 - brings the whole platform
    from hansa.centers.search.types import Rebuilt  # noqa: PLC0415
    from hansa.kernel.db import Database  # noqa: PLC0415

    async def run(platform: Platform) -> Rebuilt:
        owner = Database(platform.db.url, connections_max=1, role=None)
        try:
            with screen.progress("Rebuilding the index", quiet=json) as tell:
                return await search.rebuild(platform, owner=owner, on_progress=paced(tell))
        finally:
            await owner.close()

    built = with_platform(run)
    if json:
        screen.print_json(built)
    else:
        screen.out.print(
            f"Generation {built.generation} answers now: {built.products} products read, "
            f"{built.documents} documents."
        )


def paced(tell: screen.Tell) -> Callable[[Progress], None]:
    """Say how far a rebuild has come, how quickly it goes on, and how long that still takes."""
    told, paces = now_and_then(tell), dict[str, Pace]()

    def say(now: Progress) -> None:
        pace = paces.setdefault(now.step, Pace(now.total, of=now.step))
        told(pace.told(now.done))

    return say
