from __future__ import annotations

from typing import Protocol

from hansa.centers.review._rules.moderation import by_the_default_rules, stricter
from hansa.centers.review.types import Draft, Ruling, Verdict
from hansa.kernel.context import Ctx
from hansa.kernel.extension import Effects, ExtensionPoint, Mode, OnError, Reducer


class Moderate(Protocol):
    """Say whether something written is published, held for a moderator, or refused at once, and why.

    The strictest answer counts, and the reasons of all answers as strict as that. The platform's own rules
    answer as `default_rules`; a business that answers under that name replaces them. What no answer can be
    had for is held.
    """

    async def __call__(self, ctx: Ctx, draft: Draft) -> Verdict: ...


async def default_rules(ctx: Ctx, draft: Draft) -> Verdict:  # noqa: ARG001 - the point's signature
    """Hold links, ways of contact, shouting in one character, and what signals of fraud weigh down."""
    return by_the_default_rules(draft)


STRICTEST: Reducer[Verdict] = Reducer(
    "strictest", Verdict(Ruling.PUBLISH), stricter, commutative=True, associative=True
)

MODERATE = ExtensionPoint[Moderate](
    "review.moderate",
    version=1,
    mode=Mode.REDUCE,
    effects=Effects.IO,
    budget_ms=500,
    on_error=OnError.CLOSED,
    reducer=STRICTEST,
)

POINTS = (MODERATE,)
