"""Authorizations end: nothing new comes of them at once, and what came of them ends too, whatever happens between."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hansa.centers.interconnect._store import authorizations as store
from hansa.centers.interconnect.events import AuthorizationEnded
from hansa.centers.interconnect.types import AuthorizationId
from hansa.centers.user import api as user
from hansa.kernel.context import Ctx
from hansa.kernel.event import Envelope

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction


async def end_authorizations(ctx: Ctx, ids: Sequence[AuthorizationId], *, reason: str) -> None:
    """End authorizations with their refresh tokens and access tokens.

    In two transactions, because users' tokens come first in the lock order: from the first on no token is added, and
    `AuthorizationEnded` sees to the second if this process does not come to it.
    """
    if not ids:
        return
    async with ctx.transaction() as tx:
        for one in await store.end(tx, ids, reason=reason, now=ctx.now()):
            tx.emit(
                ctx.platform.context(one.business, traffic=one.traffic, actor=ctx.actor, trace=ctx.trace),
                AuthorizationEnded(
                    app_id=one.app_id, shop_id=one.shop_id, authorization_id=one.id, reason=reason
                ),
            )
    async with ctx.transaction() as tx:
        await _end_tokens(tx, ctx, ids)


async def end_tokens(tx: Transaction, ended: Sequence[Envelope[AuthorizationEnded]]) -> None:
    """On `AuthorizationEnded`: end the tokens that came of it, if they did not end yet."""
    by_place: dict[tuple[str, str], list[Envelope[AuthorizationEnded]]] = {}
    for envelope in ended:
        by_place.setdefault((envelope.business, envelope.traffic.value), []).append(envelope)
    for envelopes in by_place.values():
        ctx = tx.context(envelopes[0].business, envelopes[0].traffic)
        await _end_tokens(tx, ctx, [AuthorizationId(one.event.authorization_id) for one in envelopes])


async def _end_tokens(tx: Transaction, ctx: Ctx, ids: Sequence[AuthorizationId]) -> None:
    for app_id, tokens in (await store.tokens_of(tx, ids)).items():
        await user.end_app_tokens(tx, ctx, app=app_id, token_ids=tokens, at=ctx.now())
