"""What a program may be allowed to do for a person: as the person itself, and in the shops it works for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType

from hansa.centers.interconnect import api as interconnect
from hansa.centers.shop import api as shop
from hansa.centers.user.types import OwnScope
from hansa.kernel.texts import pick
from hansa.web.i18n import N_
from hansa.web.parts import Choice, ScopeGroup
from hansa.web.visit import Visit

OWN = "own"
"""The prefix of what is allowed in what is the person's own."""

_OWN_WORDS: Mapping[str, str] = MappingProxyType(
    {
        OwnScope.READ: N_("See what is yours: orders, addresses, messages"),
        OwnScope.CHANGE: N_("Change what you keep: name, addresses, settings"),
        OwnScope.BUY: N_("Buy for you: cart, orders, payments, receipts"),
        OwnScope.SPEAK: N_("Write in your name: messages and reviews"),
    }
)


def scope_words(seen: Visit, grant: str) -> str:
    """Return what a grant of a token means; one that pages do not know is called by its permission."""
    scope = grant.partition("@")[0]
    if scope in _OWN_WORDS:
        return seen.gettext(_OWN_WORDS[scope])
    means = interconnect.app_scopes().get(scope)
    return pick(means, seen.ctx.locale) if means else scope


async def grantable(seen: Visit) -> tuple[tuple[str, str, Mapping[str, str]], ...]:
    """Return what the person may hand on: (prefix, title, grant by scope), its own first, then shop by shop."""
    own = (OWN, seen.gettext("For you"), {scope.value: scope.value for scope in OwnScope})
    shops = [
        (one.slug, pick(one.name, seen.ctx.locale), {scope: f"{scope}@{one.object}" for scope in may})
        for one in await shop.own_shops(seen.ctx)
        if (may := [scope for scope in interconnect.app_scopes() if seen.ctx.may(scope, of=one.object)])
    ]
    return (own, *shops)


def scope_groups(
    seen: Visit, offered: tuple[tuple[str, str, Mapping[str, str]], ...], *, ticked: Collection[str]
) -> tuple[ScopeGroup, ...]:
    """Show what may be handed on; `ticked` are names of fields."""
    return tuple(
        ScopeGroup(
            prefix=prefix,
            title=title,
            choices=tuple(
                Choice(value=scope, label=scope_words(seen, scope), checked=f"{prefix}-{scope}" in ticked)
                for scope in scopes
            ),
        )
        for prefix, title, scopes in offered
    )
