"""Forms of the desk do their work once, however often they are sent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NamedTuple

import msgspec
from litestar import Response

from hansa.kernel.idempotency import IdempotencyKey
from hansa.web import once as sending
from hansa.web.answers import go
from hansa.web.forms import Fields
from hansa.web.visit import FormForged, Visit


class Done(NamedTuple):
    """Where the browser goes after a form did its work, and what the next page says (a key of `words.TOLD`)."""

    address: str
    told: str = ""


def key_of(seen: Visit, fields: Fields, *, route: str) -> IdempotencyKey:
    """Return the key of a form for a lane, which sees to it by itself that work happens once.

    Raises `FormForged` for a form without the `attempt` that every rendering has anew.
    """
    key = sending.key_of(seen, fields, route=route)
    if key is None:
        raise FormForged
    return key


async def once(
    seen: Visit, fields: Fields, *, route: str, work: Callable[[], Awaitable[Done]]
) -> Response[str]:
    """Do what a form asks, once; a refusal leaves the form as good as new.

    Raises what the work raises, and `idempotency.key_reused` when a page that was kept open sends something else.
    """

    async def done() -> str:
        return msgspec.json.encode(await work()).decode()

    answer = await sending.once(seen, fields, route=route, work=done)
    address, told = msgspec.json.decode(answer, type=tuple[str, str])
    return go(seen, address, told=told)
