"""A form that is sent twice happens once: its page gave it a key of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import msgspec

from hansa.kernel.idempotency import Answer, AnswerLost, IdempotencyKey, KeyMalformed, answer_once
from hansa.web.forms import TOKEN, Fields
from hansa.web.visit import Visit

ATTEMPT = "attempt"
_SEE_OTHER = 303


def key_of(seen: Visit, fields: Fields, *, route: str) -> IdempotencyKey | None:
    """Return the key of a form in its route and with what it says; None for one without a key of its page."""
    sent = {name: value for name, value in fields.values.items() if name not in {TOKEN, ATTEMPT}}
    body = msgspec.json.encode(sent, order="sorted")
    try:
        return IdempotencyKey.of(seen.ctx, route=f"POST {route}", key=fields.raw(ATTEMPT), body=body)
    except KeyMalformed:
        return None


async def once(seen: Visit, fields: Fields, *, route: str, work: Callable[[], Awaitable[str]]) -> str:
    """Do what a form is for, and return where it leads; sent again, it leads there again and nothing happens.

    Raises what the work raises, and `KeyReused`, `InFlight`, `AnswerLost`.
    """
    key = key_of(seen, fields, route=route)
    if key is None:
        return await work()

    async def answered() -> Answer:
        return Answer(_SEE_OTHER, (await work()).encode())

    answer, _ = await answer_once(seen.ctx.platform.db, key, answered)
    if answer.status != _SEE_OTHER:
        raise AnswerLost
    return answer.body.decode()
