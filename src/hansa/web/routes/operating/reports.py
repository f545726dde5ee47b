"""Reports of conversations: what was said, and what is done about it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from litestar import Response, get, post

from hansa.centers.message import api as message
from hansa.centers.message.types import (
    REPORT_ID,
    Message,
    MessageState,
    Report,
    Reported,
    ReportId,
    ReportReason,
    Resolution,
    Side,
)
from hansa.centers.shop import api as shop
from hansa.centers.shop.types import ShopId
from hansa.kernel.texts import pick
from hansa.web.answers import show
from hansa.web.i18n import N_
from hansa.web.operating import ReportPage, ReportRow, ReportsPage, SaidRow
from hansa.web.parts import Action, Fact, Form, Link
from hansa.web.routes.operating.desk import MODERATE_TALKS, Desk, desk, one_of, sent
from hansa.web.routes.operating.doing import worked
from hansa.web.routes.selling.doing import Done
from hansa.web.routes.selling.paging import pager
from hansa.web.visit import Seen

REPORTS = "reports"
PAGE = 30
REASONS = MappingProxyType(
    {
        ReportReason.ABUSE: N_("Insults or threats"),
        ReportReason.FRAUD: N_("Attempted fraud"),
        ReportReason.OFF_PLATFORM: N_("Wants to deal elsewhere"),
        ReportReason.SPAM: N_("Advertising"),
        ReportReason.OTHER: N_("Something else"),
    }
)
_DONE = MappingProxyType(
    {
        Resolution.DISMISSED: N_("Nothing was wrong"),
        Resolution.WITHHELD: N_("The message was taken down"),
        Resolution.BLOCKED: N_("The conversation was ended"),
    }
)


@get("/operate/reports")
async def show_reports(seen: Seen) -> Response[str]:
    """Reports that wait, the oldest first; `state=done` shows those dealt with."""
    at = desk(seen, REPORTS)
    waiting = seen.asked("state") != "done"
    after = seen.asked("after", letters_max=1000)
    page = await message.reports(at.ctx, waiting=waiting, cursor=after or None, limit=PAGE)
    here = at.at(REPORTS, state="" if waiting else "done")
    view = ReportsPage(
        chrome=seen.chrome(section="operate", path=here),
        desk=at.part(REPORTS),
        reports=tuple(row(at, one) for one in page.items),
        pager=pager(seen, len(page.items), page.cursor, here),
        tabs=(
            Link(label=seen.gettext("Waiting"), url=at.at(REPORTS), current=waiting),
            Link(label=seen.gettext("Dealt with"), url=at.at(REPORTS, state="done"), current=not waiting),
        ),
        waiting=waiting,
    )
    return show(seen, view)


@get("/operate/reports/{report_id:str}")
async def show_report(seen: Seen, report_id: str) -> Response[str]:
    """One report, with what was said around it."""
    return await _page(desk(seen, REPORTS), REPORT_ID.read(report_id))


@post("/operate/reports/{report_id:str}")
async def resolve(seen: Seen, report_id: str) -> Response[str]:
    """Dismiss a report, take the message down, or end the conversation for both sides."""
    at, fields = await sent(seen, REPORTS, MODERATE_TALKS)
    wanted = REPORT_ID.read(report_id)
    resolution = Resolution(one_of(fields, "resolution", *Resolution))

    async def work() -> Done:
        await message.resolve_report(at.ctx, report_id=wanted, resolution=resolution)
        return Done(at.at(REPORTS), "report_settled")

    async def again(forms: Mapping[str, Form], status: int) -> Response[str]:
        return await _page(at, wanted, forms=forms, status=status)

    return await worked(at, fields, form="resolve", route=f"reports/{wanted}", work=work, again=again)


async def _page(
    at: Desk, report_id: ReportId, *, forms: Mapping[str, Form] = MappingProxyType({}), status: int = 200
) -> Response[str]:
    _ = at.seen.gettext
    found = await message.reported(at.ctx, report_id=report_id)
    shops = await shop.shops(at.ctx, [ShopId(found.shop_id)])
    seller = shops.get(ShopId(found.shop_id))
    view = ReportPage(
        chrome=at.seen.chrome(section="operate", path=at.at(f"{REPORTS}/{REPORT_ID.show(report_id)}")),
        desk=at.part(REPORTS),
        forms=forms,
        report=row(at, found.report),
        about=Link(label=found.title or found.subject, url=_subject_url(at, found.subject)),
        facts=(
            Fact(label=_("Seller"), text=pick(seller.name, at.ctx.locale) if seller else "–"),
            Fact(label=_("About"), text=found.subject),
        ),
        said=tuple(_said(at, found, one) for one in found.said),
        actions=_actions(at, found),
        back=Link(label=_("Conversations"), url=at.at(REPORTS)),
    )
    return show(at.seen, view, status=status)


def _subject_url(at: Desk, subject: str) -> str:
    """Return where buyers see what was spoken of, as far as everybody does."""
    return at.seen.at(f"products/{subject}") if subject.startswith("prod_") else ""


def row(at: Desk, one: Report) -> ReportRow:
    """Show a report in a list."""
    _ = at.seen.gettext
    return ReportRow(
        url=at.at(f"{REPORTS}/{REPORT_ID.show(one.id)}"),
        reason=_(REASONS[one.reason]),
        by=_("reported by the buyer") if one.side is Side.BUYER else _("reported by the shop"),
        at=one.reported_at,
        note=one.note,
        done=_(_DONE[one.resolution]) if one.resolution else "",
    )


def _said(at: Desk, found: Reported, one: Message) -> SaidRow:
    _ = at.seen.gettext
    gone = "" if one.state is MessageState.SHOWN else _("Neither side sees this any more.")
    return SaidRow(
        number=one.number,
        by=_("The shop") if one.side is Side.SHOP else _("The buyer"),
        at=one.sent_at,
        text=one.text,
        of_shop=one.side is Side.SHOP,
        reported=one.number == found.report.number,
        gone=gone,
    )


def _actions(at: Desk, found: Reported) -> tuple[Action, ...]:
    if found.report.resolution is not None:
        return ()
    _ = at.seen.gettext
    url = at.at(f"{REPORTS}/{REPORT_ID.show(found.report.id)}")
    whole = "" if found.report.number else _("The report names no single message.")
    return (
        Action(label=_("Nothing is wrong"), url=url, fields=(("resolution", Resolution.DISMISSED.value),)),
        Action(
            label=_("Take the message down"),
            url=url,
            fields=(("resolution", Resolution.WITHHELD.value),),
            closed_because=whole,
        ),
        Action(
            label=_("End the conversation"),
            url=url,
            icon="ban",
            fields=(("resolution", Resolution.BLOCKED.value),),
        ),
    )


ROUTES = (show_reports, show_report, resolve)
