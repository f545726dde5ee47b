from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from hansa.kernel.event import Event


class ShopEvent(Event, frozen=True, kw_only=True):
    """Something happened to a shop."""

    shop_id: UUID

    def subject(self) -> UUID:
        """Return the shop's id."""
        return self.shop_id


class ShopOpened(ShopEvent, frozen=True, kw_only=True):
    """A shop was opened and may sell: at once, or after its review."""

    topic: ClassVar[str] = "shop.opened"

    slug: str
    owner: UUID


class ShopStatusChanged(ShopEvent, frozen=True, kw_only=True):
    """A shop took a step of its life. `sells` says whether it makes new sales from here on.

    Told for every step, beside the events that tell of one step alone.
    """

    topic: ClassVar[str] = "shop.status_changed"

    previous: str | None
    status: str
    sells: bool


class ShopSubmitted(ShopEvent, frozen=True, kw_only=True):
    """A shop was handed in for review, for the `submission`th time."""

    topic: ClassVar[str] = "shop.submitted"

    submission: int


class ShopApproved(ShopEvent, frozen=True, kw_only=True):
    """The platform let a shop in."""

    topic: ClassVar[str] = "shop.approved"

    owner: UUID


class ShopRejected(ShopEvent, frozen=True, kw_only=True):
    """The platform turned a shop down, for now; `reasons` are codes."""

    topic: ClassVar[str] = "shop.rejected"

    owner: UUID
    reasons: tuple[str, ...]


class ShopSuspended(ShopEvent, frozen=True, kw_only=True):
    """A shop was stopped from selling; its open orders go on."""

    topic: ClassVar[str] = "shop.suspended"


class ShopReinstated(ShopEvent, frozen=True, kw_only=True):
    """A shop that was stopped may sell again."""

    topic: ClassVar[str] = "shop.reinstated"


class ShopClosing(ShopEvent, frozen=True, kw_only=True):
    """A shop makes no new sales any more; it closes when its obligations are done."""

    topic: ClassVar[str] = "shop.closing"


class ShopClosed(ShopEvent, frozen=True, kw_only=True):
    """A shop is over for good."""

    topic: ClassVar[str] = "shop.closed"


class SlugChanged(ShopEvent, frozen=True, kw_only=True):
    """A shop has another address; the old one leads to it."""

    topic: ClassVar[str] = "shop.slug_changed"

    slug: str
    former: str


class SellerChanged(ShopEvent, frozen=True, kw_only=True):
    """A shop stated its legal entity anew; `seller_id` is the version that new orders refer to."""

    topic: ClassVar[str] = "shop.seller_changed"

    seller_id: UUID
    entity_version: int


class StaffChanged(ShopEvent, frozen=True, kw_only=True):
    """What a party may do for a shop changed; neither roles nor permissions means it was removed."""

    topic: ClassVar[str] = "shop.staff_changed"

    party: UUID
    permissions: tuple[str, ...]
    roles: tuple[str, ...] = ()


class StaffInvited(ShopEvent, frozen=True, kw_only=True):
    """Somebody was invited to act for a shop; `party` is known when the invitation names one."""

    topic: ClassVar[str] = "shop.staff_invited"

    invitation_id: UUID
    party: UUID | None
    roles: tuple[str, ...]


class OwnerChanged(ShopEvent, frozen=True, kw_only=True):
    """A shop was handed over to another owner."""

    topic: ClassVar[str] = "shop.owner_changed"

    owner: UUID
    former: UUID


class CommissionChanged(Event, frozen=True, kw_only=True):
    """A commission rule began or ended; orders keep the rate they were placed with."""

    topic: ClassVar[str] = "shop.commission_changed"

    rule_id: UUID
    shop_id: UUID | None
    basis_points: int
    ended: bool

    def subject(self) -> UUID:
        """Return the rule's id."""
        return self.rule_id


EVENTS = (
    ShopOpened,
    ShopStatusChanged,
    ShopSubmitted,
    ShopApproved,
    ShopRejected,
    ShopSuspended,
    ShopReinstated,
    ShopClosing,
    ShopClosed,
    SlugChanged,
    SellerChanged,
    StaffChanged,
    StaffInvited,
    OwnerChanged,
    CommissionChanged,
)
