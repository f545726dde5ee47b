"""`hansa products`: whole assortments come in from files and go out to them."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import msgspec
from cyclopts import Parameter

from hansa.cli import screen
from hansa.cli.failure import Failure
from hansa.cli.options import Json
from hansa.cli.pace import Pace, now_and_then
from hansa.cli.startup import with_platform
from hansa.kernel.cells import csv_text
from hansa.kernel.context import SYSTEM, Ctx, Traffic
from hansa.kernel.platform import Platform

if TYPE_CHECKING:
    from hansa.centers.product.types import BadRow, Import, ImportId
    from hansa.centers.shop.types import ShopId

_PART_CHARACTERS = 500_000
_LOOK_EVERY_S = 0.25
_STOP_S_MAX = 10.0
_FORMATS = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl"}

Business = Annotated[str, Parameter(show_default=False, help="The business.")]
Shop = Annotated[str, Parameter(show_default=False, help="The shop, by its slug or id.")]
Class = Annotated[
    Traffic | None,
    Parameter(show_default=False, help="Traffic class; without it, that of the business."),
]
Format = Annotated[
    str, Parameter(show_default=False, help="csv or jsonl; without it, as the file's name ends.")
]


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """What came of an import: its id, its end, and where its bad rows are told."""

    id: str
    state: str
    rows: int
    bad_rows: int
    report: str | None
    seconds: float


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """What an export wrote."""

    file: str
    products: int
    rows: int
    seconds: float


class Stand(msgspec.Struct, frozen=True, kw_only=True):
    """Whose assortment it is."""

    business: str
    shop: str
    traffic: Traffic | None = None


def bring_in(
    file: Annotated[Path, Parameter(help="The file: CSV, or one JSON object per line.")],
    /,
    *,
    business: Business,
    shop: Shop,
    traffic: Class = None,
    format: Format = "",  # noqa: A002 - what it is called on the command line
    report: Annotated[
        Path | None,
        Parameter(show_default=False, help="Where bad rows are told; without it, FILE.bad.csv."),
    ] = None,
    json: Json = False,
) -> int:
    """Import products into a shop: all rows of a file or none, seen by buyers at one moment.

    Docs/centers/product.md says what a row has. Exits with 1 when rows are wrong; then nothing was imported, and
    the report says what is wrong with which line. Ctrl-C stops it, and leaves nothing.
    """
    form = _form(file, format)
    stand = Stand(business=business, shop=shop, traffic=traffic)
    report = report or file.with_name(f"{file.name}.bad.csv")
    with screen.progress(f"Importing {file.name}", quiet=json) as tell:
        done = with_platform(lambda platform: import_file(platform, stand, file, form, report, tell=tell))
    if json:
        screen.print_json(done)
    elif done.report is not None:
        screen.print_failure(
            [
                f"Nothing was imported: {done.bad_rows:,} of {done.rows:,} rows cannot be.",
                f"{done.report} says why, by line.",
            ]
        )
    elif done.state == "done":
        screen.out.print(f"{done.rows:,} rows imported in {done.seconds:.1f} s.")
    else:
        screen.print_failure([f"Nothing was imported: somebody stopped {done.id}."])
    return 0 if done.state == "done" else 1


def write_out(
    file: Annotated[
        Path | None, Parameter(show_default=False, help="Where to; without it, to standard output.")
    ] = None,
    /,
    *,
    business: Business,
    shop: Shop,
    traffic: Class = None,
    format: Format = "",  # noqa: A002 - as above
    json: Json = False,
) -> None:
    """Export the products of a shop that have a number, as a file that an import reads again."""
    form = _form(file, format)
    stand = Stand(business=business, shop=shop, traffic=traffic)
    title = f"Exporting to {file.name}" if file else "Exporting"
    with screen.progress(title, quiet=json) as tell, _replaced(file) as out:
        done = with_platform(lambda platform: export_file(platform, stand, out, form, tell=tell))
    if file is None:
        return
    done = msgspec.structs.replace(done, file=str(file))
    if json:
        screen.print_json(done)
    else:
        screen.out.print(f"{done.products:,} products in {done.rows:,} rows, in {done.seconds:.1f} s.")


async def import_file(
    platform: Platform, stand: Stand, file: Path, form: str, report: Path, *, tell: screen.Tell
) -> Imported:
    """Hand a file in, follow its import to the end, and write down what was wrong."""
    from hansa.centers.product import api as product  # noqa: PLC0415 - brings the whole platform
    from hansa.centers.product.types import IMPORT_ID, ImportFormat, ImportState  # noqa: PLC0415

    began = time.monotonic()
    ctx, shop_id = await _at(platform, stand)
    begun = await product.begin_import(ctx, shop_id=shop_id, form=ImportFormat(form))
    async with _working(platform):
        try:
            rows = await _send(ctx, begun.id, file, tell)
            one = await _followed(ctx, begun.id, rows, tell)
        except BaseException:
            await _stop(ctx, begun.id)
            raise
    rejected = one.state is ImportState.REJECTED
    if rejected:
        await _tell_bad_rows(ctx, one.id, report)
    return Imported(
        id=IMPORT_ID.show(one.id),
        state=one.state,
        rows=one.rows_read,
        bad_rows=one.rows_bad,
        report=str(report) if rejected else None,
        seconds=round(time.monotonic() - began, 3),
    )


async def export_file(
    platform: Platform, stand: Stand, out: IO[str], form: str, *, tell: screen.Tell
) -> Written:
    """Write a shop's products, a page at a time."""
    from hansa.centers.product import api as product  # noqa: PLC0415 - as above
    from hansa.centers.product.types import ImportFormat  # noqa: PLC0415

    began = time.monotonic()
    ctx, shop_id = await _at(platform, stand)
    told, pace = now_and_then(tell), Pace(None)
    rows, products, cursor = 0, 0, None
    while True:
        part = await product.export_products(
            ctx, shop_id=shop_id, form=ImportFormat(form), cursor=cursor, limit=100
        )
        if part.products_in_all is not None:
            pace = Pace(part.products_in_all, of="products")
        out.write(part.text)
        rows, products = rows + part.rows, products + part.products
        told(pace.told(products))
        if (cursor := part.cursor) is None:
            return Written(file="", products=products, rows=rows, seconds=round(time.monotonic() - began, 3))


async def _at(platform: Platform, stand: Stand) -> tuple[Ctx, ShopId]:
    """Return whom the platform acts for, and the shop. Raises `Failure` and the problems of the look-up."""
    from hansa.centers.shop import api as shop  # noqa: PLC0415 - as above
    from hansa.centers.shop.types import SHOP_ID  # noqa: PLC0415
    from hansa.kernel.ids import IdMalformed  # noqa: PLC0415

    ctx = platform.context(stand.business, traffic=stand.traffic, actor=SYSTEM)
    try:
        return ctx, (await shop.require_shop(ctx, SHOP_ID.read(stand.shop))).id
    except IdMalformed:
        return ctx, (await shop.shop_by_slug(ctx, slug=stand.shop)).id


async def _send(ctx: Ctx, import_id: ImportId, file: Path, tell: screen.Tell) -> int:
    """Hand the file in, part by part, and start; return about how many rows it has."""
    from hansa.centers.product import api as product  # noqa: PLC0415 - as above

    lines = number = 0
    try:
        with file.open(encoding="utf-8", newline="") as text:
            while part := text.read(_PART_CHARACTERS):
                number, lines = number + 1, lines + part.count("\n")
                await product.add_part(ctx, import_id=import_id, number=number, text=part)
                tell(f"handing in, {lines:,} lines")
    except UnicodeDecodeError as wrong:
        raise Failure(f"{file} is not UTF-8.") from wrong
    if not number:
        raise Failure(f"{file} is empty.")
    await product.start_import(ctx, import_id=import_id, parts=number)
    return lines


@asynccontextmanager
async def _working(platform: Platform) -> AsyncIterator[None]:
    """Do the work of imports here too: no worker need run, and where one runs either of them has each job."""
    from hansa.centers.product import api as product  # noqa: PLC0415 - as above
    from hansa.kernel.runner import Runner  # noqa: PLC0415

    here = [job for center in platform.centers for job in center.jobs if job.name == product.IMPORT_JOB]
    working = asyncio.create_task(Runner(platform, here).run())
    try:
        yield
    finally:
        working.cancel()
        with suppress(asyncio.CancelledError):
            await working


async def _followed(ctx: Ctx, import_id: ImportId, rows: int, tell: screen.Tell) -> Import:
    """Look at the import until it is over, and tell how it goes on. Raises `Failure` when its job was given up."""
    from hansa.centers.product import api as product  # noqa: PLC0415 - as above
    from hansa.centers.product.types import ImportState  # noqa: PLC0415
    from hansa.kernel import jobs  # noqa: PLC0415

    told, phase, pace = now_and_then(tell), "", Pace(None)
    while True:
        one = await product.import_(ctx, import_id)
        if one.state in {ImportState.DONE, ImportState.REJECTED, ImportState.CANCELLED}:
            return one
        now, done, total = _phase(one, rows)
        if now != phase:
            phase, pace = now, Pace(total)
        told(f"{phase}, {pace.told(done)}")
        async with ctx.platform.db.transaction() as tx:
            if any(job.payload == import_id.bytes for job in await jobs.failed(tx)):
                raise Failure("The import's job failed again and again: `hansa jobs failed` lists it.")
        await asyncio.sleep(_LOOK_EVERY_S)


def _phase(one: Import, rows: int) -> tuple[str, int, int]:
    """Return what an import is at, how many rows of it are done, and of how many (while reading: about)."""
    if one.state == "reading":
        judging = one.rows_judged > 0
        return ("judging", one.rows_judged, one.rows_read) if judging else ("reading", one.rows_read, rows)
    if one.state == "flipped":
        return "on sale, settling", one.rows_settled, one.rows_read
    return "writing", one.rows_written, one.rows_read


async def _stop(ctx: Ctx, import_id: ImportId) -> None:
    """Stop an import that nobody has seen yet, and have what it wrote taken back; one on sale goes on."""
    from hansa.centers.product import api as product  # noqa: PLC0415 - as above
    from hansa.centers.product.errors import ImportStateWrong  # noqa: PLC0415

    with suppress(ImportStateWrong, TimeoutError):
        async with asyncio.timeout(_STOP_S_MAX):
            await product.cancel_import(ctx, import_id=import_id)
            while await product.import_staged(ctx, import_id):  # noqa: ASYNC110 - rows tell nobody that they go
                await asyncio.sleep(_LOOK_EVERY_S)


async def _tell_bad_rows(ctx: Ctx, import_id: ImportId, report: Path) -> None:
    """Write down what is wrong, a line per error."""
    with report.open("w", encoding="utf-8", newline="") as out:
        out.write(csv_text([["line", "field", "code", "message"]]))
        async for bad in _bad_rows(ctx, import_id):
            out.write(csv_text([str(bad.line), one.field, one.code, one.message] for one in bad.errors))


async def _bad_rows(ctx: Ctx, import_id: ImportId) -> AsyncIterator[BadRow]:
    from hansa.centers.product import api as product  # noqa: PLC0415 - as above

    cursor = None
    while True:
        page = await product.bad_rows(ctx, import_id=import_id, cursor=cursor, limit=100)
        for bad in page.items:
            yield bad
        if (cursor := page.cursor) is None:
            return


def _form(file: Path | None, said: str) -> str:
    form = said or _FORMATS.get(file.suffix.lower() if file else "", "")
    if form not in _FORMATS.values():
        raise Failure(f"Is {file or 'it'} csv or jsonl? Say it with --format.")
    return form


@contextmanager
def _replaced(file: Path | None) -> Iterator[IO[str]]:
    """Open a file to be written anew: what was there stays until all of the new one is; None is standard output."""
    if file is None:
        yield sys.stdout
        return
    unfinished = file.with_name(f".{file.name}.part")
    try:
        with unfinished.open("w", encoding="utf-8", newline="") as out:
            yield out
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)
