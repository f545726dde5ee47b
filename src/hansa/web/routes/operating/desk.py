"""The operator's desk of a business: who gets in, and which of its queues they see.

Who holds none of the permissions finds nothing here; who holds some is refused the other pages.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from hansa.kernel.context import Ctx
from hansa.kernel.problem import Malformed, NotFound
from hansa.web.forms import Fields, read_form
from hansa.web.i18n import N_
from hansa.web.operating import OperatorDesk
from hansa.web.parts import Link
from hansa.web.routes.guard import person
from hansa.web.selling import MenuLink
from hansa.web.visit import Visit

REVIEW_SHOPS = "shop.shop.review"
STOP_SHOPS = "shop.shop.suspend"
DECIDE_CHANGES = "product.change.decide"
MODERATE_REVIEWS = "review.entry.moderate"
MODERATE_TALKS = "message.conversation.moderate"
SEE_PAYMENTS = "payment.payment.read"
RETURN_REFUNDS = "payment.refund.return"
SETTLE_AMOUNTS = "payment.amount.settle"
SEE_BOOKS = "ledger.account.read"
SQUARE = "ledger.shop.square"
READ_PEOPLE = "user.party.read"
GIVE_ROLES = "user.role.grant"
SUSPEND_PEOPLE = "user.party.suspend"

MANY = 100
"""How far a queue is counted."""

_OTHERS = 12


class Section(NamedTuple):
    """A page of the menu: any of `permissions` opens it; a phone's bar has the `main` ones."""

    name: str
    permissions: tuple[str, ...]
    word: str
    icon: str
    main: bool


SECTIONS = (
    Section("shops", (REVIEW_SHOPS, STOP_SHOPS), N_("Shops"), "store", main=True),
    Section("changes", (DECIDE_CHANGES,), N_("Goods"), "tag", main=True),
    Section("reviews", (MODERATE_REVIEWS,), N_("Reviews"), "star", main=True),
    Section("reports", (MODERATE_TALKS,), N_("Conversations"), "message-square", main=False),
    Section("refunds", (SEE_PAYMENTS,), N_("Refunds"), "undo-2", main=False),
    Section("odd-amounts", (SEE_PAYMENTS,), N_("Odd amounts"), "receipt", main=False),
    Section("squaring", (SEE_BOOKS,), N_("Settling up"), "wallet", main=False),
    Section("people", (READ_PEOPLE,), N_("People"), "users", main=False),
    Section("figures", (SEE_BOOKS,), N_("Figures"), "banknote", main=False),
)


@dataclass(frozen=True, slots=True)
class Desk:
    """A visit to a business's desk by somebody who decides there."""

    seen: Visit
    counts: Mapping[str, int] = field(default_factory=dict)
    """How much waits, by section; shown in the menu where the page knows it anyway."""

    @property
    def ctx(self) -> Ctx:
        """The context of what is done here."""
        return self.seen.ctx

    def opens(self, section: Section) -> bool:
        """Tell whether the person sees a section."""
        return any(self.ctx.may(one) for one in section.permissions)

    def at(self, path: str = "", **query: str) -> str:
        """Return the address of a page of this desk."""
        return self.seen.at(f"operate/{path}".rstrip("/"), **query)

    def part(self, current: str) -> OperatorDesk:
        """Return what stands around a page; `current` is the section it belongs to."""
        seen = self.seen
        overview = MenuLink(
            label=seen.gettext("Overview"),
            url=self.at(),
            icon="activity",
            current=not current,
            main=True,
        )
        return OperatorDesk(
            business=self.ctx.plan.business.text(self.ctx.locale),
            url=self.at(),
            front_url=seen.at(),
            menu=(overview, *(self._link(one, current) for one in SECTIONS if self.opens(one))),
            attempt=secrets.token_urlsafe(16),
            others=self._others(),
        )

    def _link(self, section: Section, current: str) -> MenuLink:
        return MenuLink(
            label=self.seen.gettext(section.word),
            url=self.at(section.name),
            icon=section.icon,
            current=section.name == current,
            count=self.counts.get(section.name, 0),
            main=section.main,
        )

    def _others(self) -> tuple[Link, ...]:
        """Return the desks of the other businesses that are reached by their path, as this one is."""
        if not self.seen.prefix:
            return ()
        businesses = self.ctx.platform.plans.current.businesses.items()
        others = [(path, one) for path, one in businesses if path and path != self.ctx.business]
        return tuple(
            Link(label=one.text(self.ctx.locale), url=f"/{path}/operate") for path, one in others[:_OTHERS]
        )


def has_desk(seen: Visit) -> bool:
    """Tell whether somebody sees any of the desk."""
    return any(Desk(seen).opens(one) for one in SECTIONS)


def desk(seen: Visit, section: str = "") -> Desk:
    """Return the desk, for who may see a section of it; without one, any.

    Raises `Unauthenticated`, `NotFound` for who may see nothing here, `Forbidden`.
    """
    made = Desk(person(seen))
    if not has_desk(seen):
        raise NotFound
    wanted = next((one for one in SECTIONS if one.name == section), None)
    if wanted is not None and not made.opens(wanted):
        made.ctx.require(wanted.permissions[0])
    return made


async def sent(seen: Visit, section: str, permission: str) -> tuple[Desk, Fields]:
    """Return the desk and the form that was sent to it, by who may do what it asks.

    Raises as `desk`, and `FormForged`, `Malformed`.
    """
    at = desk(seen, section)
    at.ctx.require(permission)
    return at, await read_form(seen)


def one_of(fields: Fields, name: str, *known: str) -> str:
    """Return what a button says. Raises `Malformed` for anything else."""
    if fields.raw(name) not in known:
        raise Malformed
    return fields.raw(name)
