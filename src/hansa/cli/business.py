"""`hansa business`: from an idea to a running shop front, without a deploy."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter
from rich.text import Text

from hansa.cli import screen
from hansa.cli.asking import who
from hansa.cli.failure import Failure
from hansa.cli.options import Json
from hansa.cli.startup import with_platform
from hansa.kernel.business import PATH_LENGTH_MAX, PATH_PATTERN, Business
from hansa.kernel.db import Database
from hansa.kernel.plan import Ending, end_business
from hansa.kernel.plan.codec import toml_text
from hansa.kernel.plan.reading import Difference
from hansa.kernel.platform import Platform

_MANIFEST = """\
# A business of Hansa. What is left out is inherited from {parent}.
# `hansa business check {file}` tells what is wrong and what would change; `hansa business publish {file}`
# makes it live, without a deploy.

# Its identity, for ever: on every order, event and log line. A dot makes it a child: "{path}.outlet".
path = "{path}"

# Its name, in each language it speaks; the first language is its own.
title = {{ en = {title} }}
languages = ["en", "zh-Hans"]

# Money: one currency (ISO 4217). Books: the legal entity that keeps them.
# currency = "EUR"
# entity = "platform"  # HANSA_ENTITIES names others

# "sandbox" until it is real: nothing then touches real money, stock or reports.
traffic = "sandbox"

# Hosts that lead here, besides /{path}.
# hosts = ["{path}.example.com"]

# What it states differently. `hansa business check` knows every term and play by name.
# [terms.deadlines]
# pay = "15 minutes"

# [quotas]
# orders_per_second = 50
"""

Manifest = Annotated[Path, Parameter(help="The manifest, a TOML file as `hansa business new` writes it.")]


def list_businesses(*, json: Json = False) -> None:
    """List the businesses, the platform's own first."""

    async def read(platform: Platform) -> list[dict[str, Any]]:
        plans = platform.plans
        return [
            {
                "path": path,
                "title": business.text("en"),
                "status": plans.status(path),
                "traffic": str(business.traffic or ""),
                "currency": business.currency,
                "hosts": list(business.hosts),
            }
            for path, business in sorted(plans.current.businesses.items())
            if path
        ]

    found = with_platform(read)
    if json:
        screen.print_json(found)
        return
    table = screen.table("business", "title", "status", "traffic", "currency", "hosts")
    for one in found:
        table.add_row(
            Text(one["path"], style="cyan"),
            one["title"],
            one["status"],
            one["traffic"],
            one["currency"],
            ", ".join(one["hosts"]),
        )
    screen.out.print(table if found else "There is no business yet: `hansa business new NAME` begins one.")


def show(path: Annotated[str, Parameter(help="The business.")], /, *, json: Json = False) -> None:
    """Show a business's manifest, with everything it inherits filled in, and how its kill switch was used."""

    async def read(platform: Platform) -> tuple[str, dict[str, Any]]:
        plans = platform.plans
        business = plans.resolve(path)
        stated = Business(**{name: getattr(business, name) for name in _STATED})
        plain = plans.codec.plain(stated)
        async with platform.db.transaction() as tx:
            switched = await plans.switched(tx, path)
        text = plans.codec.toml(stated)
        for one in switched:
            text += f"# switched {'off' if one.off else 'on'} at {one.at:%Y-%m-%d %H:%M:%S} UTC by {one.by}: {one.why}\n"
        return text, plain | {"status": plans.status(path), "switched": switched}

    text, plain = with_platform(read)
    if json:
        screen.print_json(plain)
    else:
        screen.out.print(Text(text), end="")


_STATED = (
    "path",
    "title",
    "texts",
    "currency",
    "languages",
    "entity",
    "traffic",
    "hosts",
    "look",
    "terms",
    "plays",
    "quotas",
)


def new(
    path: Annotated[str, Parameter(help="Its name: tea-club, or flagship.tea for a child of flagship.")],
    /,
    *,
    title: Annotated[str, Parameter(show_default=False, help="What people call it.")] = "",
    file: Annotated[Path | None, Parameter(help="Where to write it; NAME.toml unless said.")] = None,
) -> None:
    """Write the manifest of a new business: commented, complete, and ready to be checked."""
    if not re.fullmatch(PATH_PATTERN, path) or len(path) > PATH_LENGTH_MAX:
        raise Failure(f"{path} cannot be the name of a business: words of a-z, 0-9 and -, joined by dots.")
    target = file or Path(f"{path}.toml")
    name = title or path.rpartition(".")[2].replace("-", " ").title()
    parent = path.rpartition(".")[0]
    text = _MANIFEST.format(
        path=path, title=toml_text(name), file=target, parent=f'"{parent}"' if parent else "the platform"
    )
    try:
        with target.open("x", encoding="utf-8") as out:
            out.write(text)
    except FileExistsError:
        raise Failure(f"{target} exists already and stays as it is.") from None
    except OSError as wrong:
        raise Failure(f"{target} cannot be written: {(wrong.strerror or str(wrong)).lower()}.") from wrong
    screen.out.print(f"Wrote {target}. Next: hansa business check {target}", markup=False)


def check(manifest: Manifest, /, *, json: Json = False) -> None:
    """Check a manifest against everything there is, and tell what publishing it would change."""
    text = _read(manifest)

    async def read(platform: Platform) -> Difference:
        business = platform.plans.codec.read_toml(text)
        async with platform.db.transaction() as tx:
            return await platform.plans.compare(tx, [business])

    difference = with_platform(read)
    if json:
        screen.print_json(difference)
    else:
        screen.out.print(Text(f"{manifest} is right.\n{difference}"))


def publish(manifest: Manifest, /, *, json: Json = False) -> None:
    """Make a manifest live: every process takes it within moments; running quotes keep what they were made under."""
    text = _read(manifest)

    async def change(platform: Platform) -> dict[str, Any]:
        plans = platform.plans
        business = plans.codec.read_toml(text)
        async with platform.db.transaction() as tx:
            plan = await plans.publish(tx, [business], by=who())
        return {"path": business.path, "generation": plan.generation, "hash": plan.hash}

    told = with_platform(change)
    if json:
        screen.print_json(told)
    else:
        screen.out.print(f"{told['path']} is live, generation {told['generation']}.", markup=False)


def rollback(*, json: Json = False) -> None:
    """Go back to the plan before the present one, for all businesses."""

    async def change(platform: Platform) -> dict[str, Any]:
        async with platform.db.transaction() as tx:
            plan = await platform.plans.rollback(tx, by=who())
        return {"generation": plan.generation, "hash": plan.hash}

    told = with_platform(change)
    if json:
        screen.print_json(told)
    else:
        screen.out.print(f"Back at generation {told['generation']}.", markup=False)


def kill(
    path: Annotated[str, Parameter(help="The business.")],
    /,
    *,
    why: Annotated[str, Parameter(show_default=False, help="Why; kept for good, with who did it.")] = "",
    undo: Annotated[bool, Parameter(negative="", show_default=False, help="Take the switch back.")] = False,
    json: Json = False,
) -> None:
    """Switch a business off at once, with everything below it; --undo switches it on again."""
    reason = why or "by hand"

    async def change(platform: Platform) -> dict[str, Any]:
        plans = platform.plans
        async with platform.db.transaction() as tx:
            if undo:
                changed = await plans.unkill(tx, path, why=reason, by=who())
            else:
                await plans.kill(tx, path, why=reason, by=who())
                changed = True
        return {"path": path, "status": plans.status(path), "changed": changed}

    told = with_platform(change)
    if json:
        screen.print_json(told)
    elif not undo:
        screen.out.print(f"{path} is off.", markup=False)
    elif not told["changed"]:
        screen.out.print(f"{path} was not off; nothing was changed.", markup=False)
    elif told["status"] == "killed":
        screen.out.print(f"{path} is switched on, but what it inherits from is still off.", markup=False)
    else:
        screen.out.print(f"{path} is on again.", markup=False)


def end(
    path: Annotated[str, Parameter(help="The business.")],
    /,
    *,
    yes: Annotated[
        bool, Parameter(negative="", show_default=False, help="Do not ask for the name once more.")
    ] = False,
    json: Json = False,
) -> None:
    """End a business for good: without residue when it never traded live, else down to a tombstone.

    Sales stop at once. One that traded live keeps its books and its name, and ends once its orders, payments
    and debts are settled: say it again until then. Needs the database log-in that owns the tables.
    """
    if not yes:
        _confirm(path)

    async def change(platform: Platform) -> Ending:
        owner = Database(platform.db.url, connections_max=1, role=None)
        try:
            return await end_business(platform, path, by=who(), owner=owner)
        finally:
            await owner.close()

    ending = with_platform(change)
    if json:
        screen.print_json(ending)
    else:
        screen.out.print(Text(_told(path, ending)))


def _confirm(path: str) -> None:
    if not sys.stdin.isatty():
        raise Failure(f"Nobody is there to be asked. Add --yes to end {path}.")
    screen.out.print(f"{path} ends for good. Nothing brings back what is removed.", markup=False)
    if screen.out.input("Type its name to go on: ", markup=False).strip() != path:
        raise Failure(f"That is not its name. {path} goes on as before.")


def _told(path: str, ending: Ending) -> str:
    match ending.status:
        case "removed":
            lines = [f"{path} is removed. It never traded live, so nothing of it stays:"]
            lines += [f"  {one}" for one in ending.deleted]
            return "\n".join([*lines, "People it met stay: they belong to the platform, not to a business."])
        case "tombstone":
            return f"{path} has ended. It traded live, so its orders and books stay, and nobody else takes its name."
        case _:
            reason = ending.objection.message if ending.objection else ""
            return (
                f"{path} is winding down: it sells nothing more. It cannot end yet: {reason}.\n"
                f"Orders, payments and refunds go on; run `hansa business end {path}` again when they are done."
            )


def _read(manifest: Path) -> str:
    """Return the text of a manifest that is TOML; what it says is judged where the plan is known."""
    try:
        text = manifest.read_text(encoding="utf-8-sig")  # some editors begin a file with a mark
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        raise Failure(f"{manifest} is not TOML: {wrong}.") from None
    except RecursionError:
        raise Failure(f"{manifest} is nested too deeply to be a manifest.") from None
    except UnicodeDecodeError:
        raise Failure(f"{manifest} is not UTF-8.") from None
    except OSError as wrong:
        raise Failure(f"{manifest} cannot be read: {(wrong.strerror or str(wrong)).lower()}.") from wrong
    return text
