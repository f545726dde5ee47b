from __future__ import annotations

import enum
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, NewType
from uuid import UUID

import msgspec
from msgspec import Meta

from hansa.kernel.context import Traffic
from hansa.kernel.ids import IdKind
from hansa.kernel.term import Term
from hansa.kernel.texts import Texts

ShopId = NewType("ShopId", UUID)
SHOP_ID = IdKind[ShopId]("shop")

InvitationId = NewType("InvitationId", UUID)
INVITATION_ID = IdKind[InvitationId]("inv")

SellerId = NewType("SellerId", UUID)
SELLER_ID = IdKind[SellerId]("seller")
"""One version of what a shop said about its legal entity; it never changes, so an order can refer to it."""

CommissionRuleId = NewType("CommissionRuleId", UUID)
COMMISSION_RULE_ID = IdKind[CommissionRuleId]("comm")


class ShopStatus(enum.StrEnum):
    """Where a shop stands. Only an active shop makes new sales."""

    PENDING = "pending"
    """Applied for; nothing was answered yet."""
    ONBOARDING = "onboarding"
    """The applicant answers what the business asks."""
    READY_FOR_REVIEW = "ready_for_review"
    """Handed in; the platform decides."""
    APPROVED = "approved"
    """May open its doors."""
    REJECTED = "rejected"
    """Refused with reasons; what is mended can be handed in again."""
    ACTIVE = "active"
    SUSPENDED = "suspended"
    """Stopped by the platform: no new sales, open orders go on."""
    CLOSING = "closing"
    """No new sales; closes when its orders and payouts are done."""
    CLOSED = "closed"
    """Over for good; it stays readable, because orders refer to it."""


class Shop(msgspec.Struct, frozen=True, kw_only=True):
    """A shop. `owner` is a party; `version` grows with each change."""

    id: ShopId
    slug: str
    name: Texts
    business: str
    traffic: Traffic
    """The traffic class it was opened in; it is listed in no other."""
    owner: UUID
    status: ShopStatus
    opened_at: datetime
    version: int
    submission: int = 0
    """How often it was handed in for review."""
    submitted_at: datetime | None = None
    seller: SellerId | None = None
    """The legal entity that sells, as it stands now; orders keep the version they were placed with."""

    @property
    def object(self) -> str:
        """How permissions name this shop: `shop:<uuid>`."""
        return shop_object(self.id)

    @property
    def sells(self) -> bool:
        """Whether it makes new sales; what was sold before goes on in every status."""
        return self.status is ShopStatus.ACTIVE


class Reason(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why: a stable code, a sentence for people, and the requirement it is about, if it is about one."""

    code: str
    message: str = ""
    requirement: str = ""


class StatusChange(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a shop's life: written once, never changed."""

    shop_id: ShopId
    version: int
    """The version of the shop that the step made."""
    previous: ShopStatus | None
    status: ShopStatus
    actor: str
    """Kind and party id, as logs name an actor."""
    cause: str
    """Which use case made it: `opened`, `submitted`, `approved`, `closing_done` ..."""
    reasons: tuple[Reason, ...]
    changed_at: datetime


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a shop answered to one requirement, as last given; a sole trader's goes with the person."""

    requirement: str
    value: str
    version: int
    answered_at: datetime


class Dossier(msgspec.Struct, frozen=True, kw_only=True):
    """A shop's application: its answers, what is missing, and what was wrong the last time."""

    shop: Shop
    answers: tuple[Answer, ...]
    missing: tuple[str, ...]
    """The names of required items without an answer."""
    reasons: tuple[Reason, ...]
    """Why it was rejected or suspended, while it is."""


class EntityKind(enum.StrEnum):
    """What kind of legal entity sells."""

    COMPANY = "company"
    SOLE_TRADER = "sole_trader"
    COOPERATIVE = "cooperative"
    ASSOCIATION = "association"
    PUBLIC_BODY = "public_body"


class LegalEntity(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who sells, as the law knows it: a fact of registers. A sole trader's name and seat go with the person."""

    kind: EntityKind
    name: str
    country: str
    """ISO 3166-1, two letters: where it is registered."""
    registration: str
    """Its number in that country's register of companies; empty where there is none."""
    tax_ids: dict[str, str]
    """Tax numbers by scheme (`vat`, `uscc`, `ein`)."""
    address: str = ""
    """Its registered seat, as the register writes it."""


class Seller(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a shop's legal entity."""

    id: SellerId
    shop_id: ShopId
    version: int
    entity: LegalEntity
    stated_at: datetime


class ShopProfile(msgspec.Struct, frozen=True, kw_only=True):
    """How a shop presents itself. `version` is 0 until something is said."""

    shop_id: ShopId
    tagline: Texts
    story: Texts
    returns: Texts
    """What the shop says about returns, beyond what the business grants."""
    logo: UUID | None
    """A medium, by its id; whoever keeps media knows what it shows."""
    return_place: UUID | None
    """The place where returned goods go."""
    version: int


class ShopRole(enum.StrEnum):
    """What somebody is at a shop: a named set of permissions."""

    OWNER = "owner"
    """Holds every permission in the shop; exactly one party, changed by transfer alone."""
    MANAGER = "manager"
    CATALOGUE = "catalogue"
    FULFILMENT = "fulfilment"
    FINANCE = "finance"
    SUPPORT = "support"


class Staff(msgspec.Struct, frozen=True, kw_only=True):
    """A party that acts for a shop: by roles, and by single permissions (`product.offer.price`, ...)."""

    shop_id: ShopId
    party: UUID
    permissions: tuple[str, ...]
    added_at: datetime
    roles: tuple[ShopRole, ...] = ()


class StaffStep(msgspec.Struct, frozen=True, kw_only=True):
    """One change of what a party is at a shop; neither roles nor permissions means it left or was removed."""

    id: UUID
    shop_id: ShopId
    party: UUID
    roles: tuple[ShopRole, ...]
    permissions: tuple[str, ...]
    actor: str
    cause: str
    changed_at: datetime


class InvitationState(enum.StrEnum):
    """Where an invitation stands. One that is over its time is pending still, and cannot be accepted."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """An offer to act for a shop, or (role `owner`) to take it over."""

    id: InvitationId
    shop_id: ShopId
    party: UUID | None
    """Who may accept; None for whoever has the secret."""
    roles: tuple[ShopRole, ...]
    permissions: tuple[str, ...]
    state: InvitationState
    invited_by: UUID | None
    invited_at: datetime
    expires_at: datetime
    accepted_by: UUID | None = None


class IssuedInvitation(msgspec.Struct, frozen=True, kw_only=True):
    """A new invitation, and the secret that accepts it: shown this once, kept as a hash."""

    invitation: Invitation
    secret: str


class Objection(msgspec.Struct, frozen=True):
    """Why a shop cannot close yet: a stable code, a sentence, typed extras (`{"orders": 3}`)."""

    code: str
    message: str
    extras: dict[str, Any] = msgspec.field(default_factory=dict)


class Closing(msgspec.Struct, frozen=True, kw_only=True):
    """How far a closing has come: who objected when they were last asked."""

    shop_id: ShopId
    asked_at: datetime
    objections: tuple[Objection, ...]


class Commission(Term, frozen=True, kw_only=True):
    """What the platform keeps of a sale: `basis_points` (hundredths of a percent) of what the line fetched.

    The answer where no stored rule is about the line.
    """

    basis_points: Annotated[int, Meta(ge=0, le=10_000)] = 0


class CommissionScope(msgspec.Struct, frozen=True, kw_only=True):
    """What a commission rule is about; what is None does not narrow it."""

    shop_id: ShopId | None = None
    category_id: UUID | None = None
    """With all categories below it."""
    offer_id: UUID | None = None
    kind: str | None = None
    """The kind of sale: the name of the play that made it."""


class CommissionRule(msgspec.Struct, frozen=True, kw_only=True):
    """A rate, what it is about, and when it holds. Rates do not change: a rule ends, and another begins."""

    id: CommissionRuleId
    business: str
    """It holds here and in all businesses below this path."""
    traffic: Traffic
    scope: CommissionScope
    basis_points: int
    valid_from: datetime
    valid_until: datetime | None
    """The first moment at which it holds no more."""
    created_at: datetime
    created_by: str


class CommissionLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line of an order as commission sees it."""

    shop_id: ShopId
    offer_id: UUID
    categories: Sequence[UUID] = ()
    """The product's category and those above it, the nearest first."""
    kind: str = ""


class CommissionRate(msgspec.Struct, frozen=True):
    """The rate of one line, to be frozen on it, and the rule it comes from (None: the business's term)."""

    basis_points: int
    rule_id: CommissionRuleId | None = None


def shop_object(shop_id: UUID) -> str:
    """How permissions name a shop: `ctx.require("product.offer.price", of=shop_object(shop_id))`."""
    return f"shop:{shop_id}"
