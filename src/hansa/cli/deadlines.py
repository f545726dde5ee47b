"""`hansa deadlines`: what was due and could not be done."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from cyclopts import Parameter
from rich.text import Text

from hansa.cli import screen
from hansa.cli.asking import Yes, confirm, require_a_choice
from hansa.cli.events import Limit
from hansa.cli.failure import Failure
from hansa.cli.options import Json
from hansa.cli.startup import with_platform
from hansa.kernel.deadlines import FailedDeadline, retry_failed
from hansa.kernel.deadlines import failed as read_failed
from hansa.kernel.platform import Platform

_ERROR_SHOWN = 100


def failed(*, limit: Limit = 50, json: Json = False) -> None:
    """List the deadlines that failed, why, and when each is tried again by itself."""

    async def read(platform: Platform) -> list[FailedDeadline]:
        async with platform.db.transaction() as tx:
            return await read_failed(tx, limit=limit)

    found = with_platform(read)
    if json:
        screen.print_json(found)
        return
    if not found:
        screen.out.print("No deadline has failed.")
        return
    table = screen.table("subject", "kind", "business", "due", "tries", "next try", "why")
    for one in found:
        table.add_row(
            Text(str(one.deadline.subject), style="cyan"),
            one.deadline.kind,
            one.deadline.business,
            one.deadline.due_at.isoformat(" ", "seconds"),
            str(one.attempts),
            one.retry_at.isoformat(" ", "seconds"),
            Text(" ".join(one.error.split())[:_ERROR_SHOWN]),
        )
    screen.out.print(table)
    if len(found) == limit:
        screen.out.print("There may be more: see --limit.")
    screen.out.print("`hansa deadlines retry SUBJECT` has one tried now.")


def retry(
    subjects: Annotated[
        tuple[UUID, ...],
        Parameter(show_default=False, help="Subjects, as `hansa deadlines failed` shows them."),
    ] = (),
    /,
    *,
    all_: Annotated[
        bool, Parameter(name="--all", negative="", show_default=False, help="Every deadline that failed.")
    ] = False,
    kind: Annotated[str | None, Parameter(show_default=False, help="Only deadlines of this kind.")] = None,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Have failed deadlines tried by the worker now, not at their next turn."""
    require_a_choice(named=bool(subjects), all_=all_)
    if all_:
        confirm("Every deadline that failed is tried now.", yes=yes)

    async def change(platform: Platform) -> list[tuple[str, UUID]]:
        async with platform.db.transaction() as tx:
            done = await retry_failed(tx, subjects=subjects or None, kind=kind)
            if missing := set(subjects) - {subject for _, subject in done}:
                shown = ", ".join(sorted(map(str, missing)))
                raise Failure(f"Not among the failed deadlines: {shown}. Nothing was changed.")
            return done

    done = with_platform(change)
    if json:
        screen.print_json({"retried": [{"kind": name, "subject": subject} for name, subject in done]})
    else:
        screen.out.print(f"{len(done)} to be tried now.")
