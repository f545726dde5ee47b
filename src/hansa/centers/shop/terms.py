from __future__ import annotations

import enum
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated

import msgspec
from msgspec import Meta

from hansa.kernel.term import Term

_ASK_AGAIN_MIN = timedelta(minutes=1)


class RequirementKind(enum.StrEnum):
    """What an answer to a requirement looks like."""

    TEXT = "text"
    DATE = "date"
    """ISO 8601, `2026-11-22`."""
    COUNTRY = "country"
    """ISO 3166-1, two letters."""
    DOCUMENT = "document"
    """The id (UUID) of a medium."""


class Requirement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing a business wants to know of a shop before it sells: a fact of a company, never of a person."""

    name: str
    title: dict[str, str]
    kind: RequirementKind = RequirementKind.TEXT
    required: bool = True
    pattern: str = ""
    """A regular expression that the whole answer must fit."""
    length_max: Annotated[int, Meta(ge=1, le=10_000)] = 200

    def __post_init__(self) -> None:
        """Refuse a pattern that is none when the plan is compiled, not when a shop answers."""
        try:
            re.compile(self.pattern)
        except re.error as error:
            raise ValueError(f"{self.name}: {self.pattern!r} is no regular expression: {error}") from None


class Onboarding(Term, frozen=True, kw_only=True):
    """What stands between applying for a shop and selling.

    Without `review` a shop is open at once. With it, the shop answers `requirements`, hands them in, and the
    platform approves or rejects; an approved shop opens by itself unless `opens_on_approval` is false.
    """

    review: bool = False
    requirements: tuple[Requirement, ...] = (
        Requirement(name="legal_name", title={"en": "Registered name", "zh": "企业注册名称"}),
        Requirement(
            name="registration_number", title={"en": "Registration number", "zh": "统一社会信用代码或注册号"}
        ),
        Requirement(
            name="country",
            title={"en": "Country of registration", "zh": "注册国家"},
            kind=RequirementKind.COUNTRY,
        ),
        Requirement(name="bank_reference", title={"en": "Bank reference", "zh": "对公账户凭证号"}),
    )
    opens_on_approval: bool = True


class ClosingShop(Term, frozen=True, kw_only=True):
    """How often those who may object to a shop's closing are asked again."""

    ask_again: timedelta = timedelta(hours=1)

    def wrong(self) -> Iterator[str]:
        """Whoever is asked again at once is asked without end."""
        yield from super().wrong()
        if self.ask_again < _ASK_AGAIN_MIN:
            yield f"ask_again must be {_ASK_AGAIN_MIN} or longer"


class StaffRoles(Term, frozen=True, kw_only=True):
    """Which permissions the roles at a shop carry: names of permissions, or beginnings that end in a dot.

    Each takes only what can be held for a shop at all. The owner holds everything and is not listed.
    """

    manager: tuple[str, ...] = (
        "inventory.",
        "ledger.",
        "logistics.",
        "marketing.",
        "message.",
        "payment.",
        "place.",
        "product.",
        "review.",
        "search.",
        "shop.commission.see",
        "shop.seller.",
        "shop.shop.apply",
        "shop.shop.edit",
        "shop.shop.see",
        "shop.staff.",
        "trade.",
    )
    catalogue: tuple[str, ...] = ("product.", "search.")
    fulfilment: tuple[str, ...] = (
        "inventory.",
        "place.",
        "trade.order.address",
        "trade.order.collect",
        "trade.order.note",
        "trade.order.read",
        "trade.order.ship",
    )
    finance: tuple[str, ...] = (
        "ledger.",
        "payment.",
        "trade.order.read",
        "shop.commission.see",
        "shop.seller.see",
    )
    support: tuple[str, ...] = (
        "inventory.stock.see",
        "message.",
        "review.",
        "trade.order.cancel",
        "trade.order.draft",
        "trade.order.note",
        "trade.order.price",
        "trade.order.read",
    )


TERMS = (Onboarding, ClosingShop, StaffRoles)
