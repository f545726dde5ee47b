"""A desk: a shop, and somebody who works there. Every page of it begins here, and nobody else gets in."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from hansa.centers.shop import api as shop
from hansa.centers.shop.errors import ShopNotFound
from hansa.centers.shop.types import Shop, ShopStatus
from hansa.kernel.context import Ctx
from hansa.kernel.texts import pick
from hansa.web.forms import Fields, read_form
from hansa.web.i18n import N_
from hansa.web.routes.guard import person
from hansa.web.selling import Desk as DeskPart
from hansa.web.selling import MenuLink
from hansa.web.visit import Visit

# Section, permission that shows it (none: everybody who works there), word, icon, and whether a phone's bar has it.
_MENU = (
    ("", "", N_("Today"), "activity", True),
    ("orders", "trade.order.read", N_("Orders"), "package", True),
    ("agreed", "trade.order.draft", N_("Agreed orders"), "file-text", False),
    ("messages", "message.conversation.answer", N_("Messages"), "message-square", True),
    ("goods", "product.product.edit", N_("Goods"), "tag", True),
    ("prices", "product.offer.price", N_("Price lists"), "calendar", False),
    ("stock", "inventory.stock.see", N_("Stock"), "layers", False),
    ("reviews", "review.reply.write", N_("Reviews"), "star", False),
    ("money", "ledger.shop.see", N_("Earnings"), "wallet", False),
    ("places", "place.place.edit", N_("Places"), "map-pin", False),
    ("staff", "shop.staff.see", N_("Staff"), "users", False),
    ("apps", "interconnect.app.install", N_("Apps"), "layout-grid", False),
    ("webhooks", "interconnect.endpoint.see", N_("Webhooks"), "code", False),
    ("shop", "shop.shop.see", N_("The shop"), "store", False),
)


@dataclass(frozen=True, slots=True)
class Desk:
    """A visit to a shop by somebody who works there."""

    seen: Visit
    shop: Shop
    counts: Mapping[str, int] = field(default_factory=dict)
    """How much waits, by section; shown in the menu where the page knows it anyway."""

    @property
    def ctx(self) -> Ctx:
        """The context of what is done here."""
        return self.seen.ctx

    @property
    def name(self) -> str:
        """What the shop is called in the reader's language."""
        return pick(self.shop.name, self.ctx.locale)

    @property
    def currency(self) -> str:
        """What the business sells in."""
        return self.ctx.plan.business.currency

    def may(self, permission: str) -> bool:
        """Tell whether the person may do this in the shop."""
        return self.ctx.may(permission, of=self.shop.object)

    def require(self, permission: str) -> None:
        """Raise `Forbidden` unless the person may do this in the shop."""
        self.ctx.require(permission, of=self.shop.object)

    def at(self, path: str = "", **query: str) -> str:
        """Return the address of a page of this desk."""
        return self.seen.at(f"sell/{self.shop.slug}/{path}".rstrip("/"), **query)

    def part(self, section: str) -> DeskPart:
        """Return what stands around a page; `section` is the one it belongs to."""
        seen = self.seen
        return DeskPart(
            shop=self.name,
            state=self.shop.status.value,
            url=self.at(),
            front_url=seen.at(shop=self.shop.slug) if self.shop.status is ShopStatus.ACTIVE else "",
            shops_url=seen.at("sell"),
            menu=tuple(
                MenuLink(
                    label=seen.gettext(word),
                    url=self.at(name),
                    icon=icon,
                    current=name == section,
                    count=self.counts.get(name, 0),
                    main=main,
                )
                for name, permission, word, icon, main in _MENU
                if not permission or self.may(permission)
            ),
            attempt=secrets.token_urlsafe(16),
        )


async def desk(seen: Visit, slug: str, permission: str = "") -> Desk:
    """Return the desk of a shop, under the address it has now.

    Raises `Unauthenticated`, `ShopNotFound` for a shop one does not work for, `Forbidden`.
    """
    person(seen)
    found = next((one for one in await shop.own_shops(seen.ctx) if one.slug == slug), None)
    if found is None:
        raise ShopNotFound
    made = Desk(seen, found)
    if permission:
        made.require(permission)
    return made


async def sent(seen: Visit, slug: str, permission: str = "") -> tuple[Desk, Fields]:
    """Return the desk and the form that was sent to it. Raises as `desk`, and `FormForged`, `Malformed`."""
    at = await desk(seen, slug, permission)
    return at, await read_form(seen)
