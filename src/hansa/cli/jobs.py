"""`hansa jobs`: background work that failed as often as it may."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter
from rich.text import Text

from hansa.cli import screen
from hansa.cli.asking import Yes, confirm, require_a_choice
from hansa.cli.events import Limit
from hansa.cli.failure import Failure
from hansa.cli.options import Json
from hansa.cli.startup import with_platform
from hansa.kernel.jobs import FailedJob, JobId
from hansa.kernel.jobs import failed as read_failed
from hansa.kernel.jobs import retry as retry_jobs
from hansa.kernel.platform import Platform

_PAYLOAD_SHOWN = 80
_ID_MAX = 2**63 - 1


def failed(*, limit: Limit = 50, json: Json = False) -> None:
    """List the jobs that failed for good, the latest first; the log of the worker tells why."""

    async def read(platform: Platform) -> list[FailedJob]:
        async with platform.db.transaction() as tx:
            return await read_failed(tx, limit=limit)

    found = with_platform(read)
    if json:
        screen.print_json(found)
        return
    if not found:
        screen.out.print("No job has failed.")
        return
    table = screen.table("job", "name", "tries", "enqueued", "payload")
    for job in found:
        table.add_row(
            Text(str(job.id), style="cyan"),
            job.name,
            str(job.attempts),
            job.enqueued_at.isoformat(" ", "seconds"),
            Text(job.payload.decode(errors="replace")[:_PAYLOAD_SHOWN]),
        )
    screen.out.print(table)
    if len(found) == limit:
        screen.out.print("There may be more: see --limit.")
    screen.out.print("`hansa jobs retry JOB` has one tried again.")


def retry(
    jobs: Annotated[
        tuple[int, ...], Parameter(show_default=False, help="Jobs, as `hansa jobs failed` shows them.")
    ] = (),
    /,
    *,
    all_: Annotated[
        bool, Parameter(name="--all", negative="", show_default=False, help="Every job that failed.")
    ] = False,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Have failed jobs tried again by the worker, as if for the first time."""
    require_a_choice(named=bool(jobs), all_=all_)
    if all_:
        confirm("Every job that failed is tried again.", yes=yes)

    async def change(platform: Platform) -> list[JobId]:
        async with platform.db.transaction() as tx:
            done = await retry_jobs(tx, None if all_ else [JobId(job) for job in jobs if 0 < job <= _ID_MAX])
            if not all_ and (missing := set(jobs) - set(done)):
                shown = ", ".join(map(str, sorted(missing)))
                raise Failure(f"Not among the failed jobs: {shown}. Nothing was changed.")
            return done

    done = with_platform(change)
    if json:
        screen.print_json({"retried": done})
    else:
        screen.out.print(f"{len(done)} to be tried again.")
