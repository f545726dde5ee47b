from __future__ import annotations

from typing import Protocol

from hansa.kernel.context import Ctx
from hansa.kernel.extension import UNION, Effects, ExtensionPoint, Mode, OnError


class Capabilities(Protocol):
    """Name further things that can be done at a place (`locker`, `tea_tasting`), beside those every place knows."""

    def __call__(self, ctx: Ctx) -> frozenset[str]: ...


def no_more(ctx: Ctx) -> frozenset[str]:  # noqa: ARG001 - the point's signature
    """Name nothing further."""
    return frozenset()


CAPABILITIES = ExtensionPoint[Capabilities](
    "place.capabilities",
    version=1,
    mode=Mode.REDUCE,
    effects=Effects.PURE,
    budget_ms=1,
    on_error=OnError.OPEN,
    default=no_more,
    reducer=UNION,
)

POINTS = (CAPABILITIES,)
