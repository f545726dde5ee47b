"""Suggesting what to type."""

from __future__ import annotations

from hansa.centers.search._rules.words import fold, is_dense
from hansa.centers.search._store import generations, queries
from hansa.centers.search.types import QUERY_MAX
from hansa.kernel.context import Ctx
from hansa.kernel.problem import FieldError, Invalid
from hansa.kernel.texts import typed_errors

SUGGESTIONS_MAX = 20


async def suggestions(ctx: Ctx, *, query: str, limit: int = 8) -> list[str]:
    """Return titles and categories with a word that begins like what was typed, the best ranked first.

    Those in the language of `ctx` come first. One letter of an alphabet says too little; one Chinese letter is
    enough. Raises `Invalid`.
    """
    errors = typed_errors("query", query, length_max=QUERY_MAX)
    if not 1 <= limit <= SUGGESTIONS_MAX:
        errors.append(FieldError("limit", "range", f"From 1 to {SUGGESTIONS_MAX}"))
    if errors:
        raise Invalid(*errors)
    start = " ".join(fold(query).split())
    if not start or (len(start) == 1 and not is_dense(start)):
        return []
    async with ctx.transaction() as tx:
        slot = await generations.begin_reading(tx)
        return await queries.suggestions(
            tx,
            slot=slot,
            business=ctx.business,
            traffic=ctx.traffic.value,
            start=start,
            language=ctx.locale.partition("-")[0],
            limit=limit,
        )
