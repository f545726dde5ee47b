"""Goods as files: in, with what is wrong line by line, and out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from types import MappingProxyType

from litestar import Response, get, post
from litestar.response import Stream

from hansa.centers.product import api as product
from hansa.centers.product.errors import ImportNotFound
from hansa.centers.product.types import (
    IMPORT_ID,
    BadRow,
    Import,
    ImportFormat,
    ImportState,
)
from hansa.kernel.cells import BYTE_ORDER_MARK, csv_text
from hansa.kernel.page import LIMIT_MAX
from hansa.kernel.problem import FieldError, NotFound, Problem
from hansa.web.answers import as_file, go, show
from hansa.web.i18n import N_
from hansa.web.parts import Action, Fact, Form, Link
from hansa.web.routes.selling.desk import Desk, desk, sent
from hansa.web.routes.selling.paging import pager
from hansa.web.routes.selling.uploads import read_upload
from hansa.web.selling import BadLine, ImportPage, ImportRow, ImportsPage
from hansa.web.visit import Seen
from hansa.web.words import field_words, problem_words

CREATE = "product.product.create"
EDIT = "product.product.edit"
_SHOWN = 20
_BAD_SHOWN = 50
_EXPORTED_AT_ONCE = 100
_FAULT = 500
_SAMPLE = "product,title:en,title:zh,price_minor,currency\nTP-1,Teapot,茶壶,12800,CNY"
_UNDER_WAY = frozenset({ImportState.RECEIVING, ImportState.READING, ImportState.WRITING, ImportState.FLIPPED})
_STOPPABLE = frozenset({ImportState.RECEIVING, ImportState.READING, ImportState.WRITING})
_HEADLINES: Mapping[ImportState, tuple[str, str]] = MappingProxyType(
    {
        ImportState.RECEIVING: (N_("The file is arriving"), N_("Buyers see nothing of it yet.")),
        ImportState.READING: (N_("The file is being read"), N_("Buyers see nothing of it yet.")),
        ImportState.WRITING: (N_("The goods are being written"), N_("Buyers see nothing of it yet.")),
        ImportState.FLIPPED: (
            N_("The goods are there"),
            N_("Buyers see all of it; the rest follows by itself."),
        ),
        ImportState.DONE: (N_("Imported"), N_("Buyers see all of it.")),
        ImportState.REJECTED: (
            N_("Nothing was imported"),
            N_("Some lines cannot be right. Mend them and send the file again."),
        ),
        ImportState.CANCELLED: (N_("Stopped"), N_("Nothing was imported.")),
    }
)
_MEDIA = {ImportFormat.CSV: "text/csv", ImportFormat.JSONL: "application/jsonl; charset=utf-8"}


@get("/sell/{slug:str}/imports")
async def show_imports(seen: Seen, slug: str) -> Response[str]:
    """The shop's imports, and the form for another."""
    return await _list(await desk(seen, slug, CREATE))


@post("/sell/{slug:str}/imports")
async def begin(seen: Seen, slug: str) -> Response[str]:
    """Take a file in and start its import; one at a time, so that a form sent twice begins one."""
    at = await desk(seen, slug, CREATE)
    fields, content = await read_upload(seen)
    form = fields.raw("format")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = ""
        fields.blame("file", "utf8")
    if not text:
        fields.blame("file", "choose")
    if form not in {one.value for one in ImportFormat}:
        fields.blame("format", "unknown")
    if fields.errors:
        return await _list(at, form=fields.form(), status=422)
    try:
        begun = await product.begin_import(at.ctx, shop_id=at.shop.id, form=ImportFormat(form))
        await product.add_part(at.ctx, import_id=begun.id, number=1, text=text)
        await product.start_import(at.ctx, import_id=begun.id, parts=1)
    except Problem as refused:
        if refused.status >= _FAULT:
            raise
        typed = fields.form(problem=problem_words(refused, seen.gettext))
        return await _list(at, form=typed, status=refused.status)
    return go(seen, at.at(f"imports/{IMPORT_ID.show(begun.id)}"))


@get("/sell/{slug:str}/imports/{import_id:str}")
async def show_import(seen: Seen, slug: str, import_id: str) -> Response[str]:
    """How far an import has come, and what is wrong with which line."""
    at = await desk(seen, slug, CREATE)
    return await _page(at, await _own(at, import_id))


@post("/sell/{slug:str}/imports/{import_id:str}/stop")
async def stop(seen: Seen, slug: str, import_id: str) -> Response[str]:
    """Stop an import that nobody has seen yet."""
    at, _fields = await sent(seen, slug, CREATE)
    one = await _own(at, import_id)
    try:
        await product.cancel_import(at.ctx, import_id=one.id)
    except Problem as refused:
        if refused.status >= _FAULT:
            raise
        return go(seen, at.at(f"imports/{import_id}"), told="moved_on")
    return go(seen, at.at(f"imports/{import_id}"), told="saved")


@get("/sell/{slug:str}/export/{form:str}")
async def export(seen: Seen, slug: str, form: str) -> Stream:
    """All goods of the shop that have a number, as a file that an import reads again."""
    at = await desk(seen, slug, EDIT)
    if form not in {one.value for one in ImportFormat}:
        raise NotFound
    wanted = ImportFormat(form)
    return Stream(
        _exported(at, wanted),
        media_type=_MEDIA[wanted],
        headers=as_file(f"{at.shop.slug}.{wanted.value}"),
    )


@get("/sell/{slug:str}/imports/{import_id:str}/wrong.csv")
async def export_bad(seen: Seen, slug: str, import_id: str) -> Stream:
    """Every line that cannot be right as a file for a spreadsheet, to be mended beside the one that was sent."""
    at = await desk(seen, slug, CREATE)
    one = await _own(at, import_id)
    return Stream(_bad_lines(at, one), media_type="text/csv", headers=as_file(f"{at.shop.slug}-wrong.csv"))


async def _bad_lines(at: Desk, one: Import) -> AsyncIterator[bytes]:
    _ = at.seen.gettext
    cursor, head = None, BYTE_ORDER_MARK + csv_text([(_("Line"), _("Column"), _("What is wrong"))])
    while head or cursor:
        bad = await product.bad_rows(at.ctx, import_id=one.id, cursor=cursor, limit=LIMIT_MAX)
        rows = [(str(row.line), error.field, _said(at, error)) for row in bad.items for error in row.errors]
        yield (head + csv_text(rows)).encode()
        cursor, head = bad.cursor, ""


async def _exported(at: Desk, form: ImportFormat) -> AsyncIterator[bytes]:
    cursor: str | None = None
    while True:
        part = await product.export_products(
            at.ctx, shop_id=at.shop.id, form=form, cursor=cursor, limit=_EXPORTED_AT_ONCE
        )
        yield part.text.encode()
        cursor = part.cursor
        if cursor is None:
            return


async def _own(at: Desk, import_id: str) -> Import:
    """Return an import of this shop. Raises `ImportNotFound` for another one's."""
    one = await product.import_(at.ctx, IMPORT_ID.read(import_id))
    if one.shop_id != at.shop.id:
        raise ImportNotFound
    return one


async def _list(at: Desk, *, form: Form | None = None, status: int = 200) -> Response[str]:
    page = await product.imports(at.ctx, shop_id=at.shop.id, limit=_SHOWN)
    view = ImportsPage(
        chrome=at.seen.chrome(section="sell", path=at.at("imports")),
        desk=at.part("goods"),
        forms={"import": form} if form else {},
        imports=tuple(
            ImportRow(
                url=at.at(f"imports/{IMPORT_ID.show(one.id)}"),
                at=one.created_at,
                state=one.state.value,
                read=one.rows_read,
                bad=one.rows_bad,
            )
            for one in page.items
        ),
        post_url=at.at("imports"),
        sample=_SAMPLE,
    )
    return show(at.seen, view, status=status)


async def _page(at: Desk, one: Import) -> Response[str]:
    _ = at.seen.gettext
    here = at.at(f"imports/{IMPORT_ID.show(one.id)}")
    after = at.seen.asked("after", letters_max=1000)
    bad = await product.bad_rows(at.ctx, import_id=one.id, cursor=after or None, limit=_BAD_SHOWN)
    number = at.seen.pages.formatter(at.ctx.locale).number
    headline, lede = _HEADLINES[one.state]
    under_way = one.state in _UNDER_WAY
    view = ImportPage(
        chrome=at.seen.chrome(section="sell", path=here),
        desk=at.part("goods"),
        state=one.state.value,
        headline=_(headline),
        lede=_(lede),
        done=one.rows_written + one.rows_settled,
        whole=max(2 * one.rows_read, 1),
        figures=(
            Fact(label=_("Lines read"), text=number(one.rows_read)),
            Fact(label=_("Lines that cannot be right"), text=number(one.rows_bad)),
            Fact(label=_("Lines written"), text=number(one.rows_written)),
        ),
        bad=tuple(_bad(at, row) for row in bad.items),
        pager=pager(at.seen, len(bad.items), bad.cursor, here),
        back=Link(label=_("Import"), url=at.at("imports")),
        refresh_url=here if under_way else "",
        file_url=f"{here}/wrong.csv" if bad.items else "",
        stop=Action(label=_("Stop it"), url=f"{here}/stop") if one.state in _STOPPABLE else None,
    )
    return show(at.seen, view)


def _bad(at: Desk, row: BadRow) -> BadLine:
    whole = at.seen.gettext("Line")
    return BadLine(
        line=row.line,
        wrong=tuple(Fact(label=error.field or whole, text=_said(at, error)) for error in row.errors),
    )


def _said(at: Desk, error: FieldError) -> str:
    """Say what is wrong with a field of a line; where pages have no words for it, the center's own are shown."""
    words = at.seen.gettext
    known = field_words(error.field, error.code, words)
    return error.message if known == words("This cannot be right") else known


ROUTES = (show_imports, begin, show_import, stop, export_bad, export)
