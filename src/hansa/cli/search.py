"""`hansa search`: looking after the index of products."""

from __future__ import annotations

from hansa.cli import screen
from hansa.cli.startup import with_platform
from hansa.cli.upkeep import Json
from hansa.kernel.platform import Platform


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
                return await search.rebuild(platform, owner=owner, on_progress=tell)
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
