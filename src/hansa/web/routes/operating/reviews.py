"""What buyers and shops wrote that is held: published or refused, with a code that says why."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from litestar import Response, get, post

from hansa.centers.product import api as product
from hansa.centers.product.types import ProductId
from hansa.centers.review import api as review
from hansa.centers.review.types import ENTRY_ID, EntryKind, EntryState, Waiting
from hansa.centers.shop import api as shop
from hansa.centers.shop.types import Shop
from hansa.kernel.texts import pick
from hansa.web.answers import show
from hansa.web.i18n import N_
from hansa.web.operating import ReviewRow, ReviewsPage
from hansa.web.parts import Choice, Form
from hansa.web.routes.operating.desk import MODERATE_REVIEWS, Desk, desk, one_of, sent
from hansa.web.routes.operating.doing import worked
from hansa.web.routes.pictures import photographs
from hansa.web.routes.reasons import REVIEW_REASONS
from hansa.web.routes.selling.doing import Done
from hansa.web.routes.selling.paging import pager
from hansa.web.visit import Seen

REVIEWS = "reviews"
PAGE = 20
PUBLISHED_BECAUSE = "looked_at"
KINDS = MappingProxyType(
    {
        EntryKind.REVIEW: N_("Review"),
        EntryKind.FOLLOW_UP: N_("Added later"),
        EntryKind.REPLY: N_("The shop's answer"),
        EntryKind.OF_BUYER: N_("Review of a buyer"),
    }
)
_SIGNS = MappingProxyType(
    {
        "link": N_("a link"),
        "mail": N_("an e-mail address"),
        "contact": N_("a way to talk elsewhere"),
        "number": N_("a long number"),
        "shouting": N_("shouting"),
        "self_dealing": N_("written by the shop's own people"),
        "same_text": N_("the same words as another"),
        "author_burst": N_("one of many by the same author"),
        "shop_burst": N_("one of many about the shop"),
        "quick_receipt": N_("received very quickly"),
        "unjudged": N_("could not be judged by itself"),
        "reported_spam": N_("reported as advertising"),
        "reported_off_topic": N_("reported as not about what was bought"),
        "reported_abusive": N_("reported as insulting or threatening"),
        "reported_personal": N_("reported as naming persons"),
        "reported_made_to_order": N_("reported as bought or made to order"),
        "reported_unlawful": N_("reported as against the law"),
    }
)
_SUMMED_UP = "signals"
"""The reason that only says that there are signals, which are shown themselves."""


@get("/operate/reviews")
async def show_reviews(seen: Seen) -> Response[str]:
    """What is held, the oldest first."""
    return await _page(desk(seen, REVIEWS))


@post("/operate/reviews/{entry_id:str}")
async def decide(seen: Seen, entry_id: str) -> Response[str]:
    """Publish something written, or refuse it for a reason."""
    at, fields = await sent(seen, REVIEWS, MODERATE_REVIEWS)
    wanted = ENTRY_ID.read(entry_id)
    state = EntryState(one_of(fields, "state", EntryState.PUBLISHED, EntryState.REFUSED))
    reason = PUBLISHED_BECAUSE if state is EntryState.PUBLISHED else fields.raw("reason")
    if state is EntryState.REFUSED and reason not in REVIEW_REASONS:
        fields.blame("reason", "why")

    async def work() -> Done:
        await review.decide(at.ctx, entry_id=wanted, state=state, reason=reason)
        return Done(at.at(REVIEWS), "review_out" if state is EntryState.PUBLISHED else "review_refused")

    async def again(forms: Mapping[str, Form], status: int) -> Response[str]:
        return await _page(at, forms=forms, status=status)

    return await worked(at, fields, form=entry_id, route=f"reviews/{wanted}", work=work, again=again)


async def _page(
    at: Desk, *, forms: Mapping[str, Form] = MappingProxyType({}), status: int = 200
) -> Response[str]:
    after = at.seen.asked("after", letters_max=1000)
    page = await review.waiting(at.ctx, cursor=after or None, limit=PAGE)
    shops = await shop.shops(at.ctx, {one.shop_id for one in page.items})
    titles = await _titles(at, page.items)
    view = ReviewsPage(
        chrome=at.seen.chrome(section="operate", path=at.at(REVIEWS)),
        desk=at.part(REVIEWS),
        forms=forms,
        reviews=tuple(_row(at, one, shops.get(one.shop_id), titles) for one in page.items),
        reasons=tuple(
            Choice(value=code, label=at.seen.gettext(word))
            for code, word in (("", _CHOOSE), *REVIEW_REASONS.items())
        ),
        pager=pager(at.seen, len(page.items), page.cursor, at.at(REVIEWS)),
    )
    return show(at.seen, view, status=status)


_CHOOSE = N_("Why it is refused")


async def _titles(at: Desk, held: list[Waiting]) -> Mapping[ProductId, str]:
    wanted = {one.product_id for one in held if one.product_id is not None}
    if not wanted:
        return {}
    async with at.ctx.transaction() as tx:
        found = await product.catalogued_in(tx, product_ids=list(wanted))
    return {page.product.id: pick(page.product.titles, at.ctx.locale) for page, _ in found}


def _row(at: Desk, one: Waiting, seller: Shop | None, titles: Mapping[ProductId, str]) -> ReviewRow:
    _ = at.seen.gettext
    id_ = ENTRY_ID.show(one.words.id)
    codes = [*(code for code in one.reasons if code != _SUMMED_UP), *(signal.code for signal in one.signals)]
    return ReviewRow(
        id=id_,
        kind=_(KINDS[one.words.kind]),
        what=titles.get(one.product_id, "") if one.product_id else "",
        at=one.words.written_at,
        text=one.words.body,
        post_url=at.at(f"{REVIEWS}/{id_}"),
        stars=one.scores[0] if one.scores else 0,
        shop=pick(seller.name, at.ctx.locale) if seller else "",
        signs=tuple(_(_SIGNS[code]) if code in _SIGNS else code.replace("_", " ") for code in codes),
        photographs=photographs(at.seen, one.words.media),
    )


ROUTES = (show_reviews, decide)
