"""What the load generator has to know of a running shop, and what it found out."""

from __future__ import annotations

import msgspec


class Offered(msgspec.Struct, frozen=True):
    """An offer and what one piece costs in minor units, so that each answer can be checked."""

    id: str
    price: int


class Storefront(msgspec.Struct, frozen=True):
    """A shop to buy from: the path before `/quotes`, sessions of buyers, offers, and the hot one.

    `addresses` are those of the buyers, by place; a shop that asks for none has none.
    """

    prefix: str
    tokens: list[str]
    offers: list[Offered]
    hot: Offered
    card: str
    addresses: list[str] = []


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """Who buys what for how long. Each connection is one buyer at a time: quote, place, pay, again."""

    storefront: Storefront
    port: int
    host: str = "127.0.0.1"
    connections: int = 64
    hot: bool = False
    """Whether every order holds the hot offer, beside one of the others; else two of the others."""
    warm_s: float = 1.0
    measure_s: float = 5.0
    orders_max: int | None = None
    """Stop after so many orders instead; for tests."""
    seed: int = 1


class Outcome(msgspec.Struct, kw_only=True):
    """What one load process saw. Orders and latencies are those of the measured time alone."""

    seconds: float
    orders: int
    latencies_us: dict[str, list[int]]
    """By step: `quote`, `place`, `pay`, and `order` for the three together."""
    placed: int
    """Acknowledged since the start, warming up and running out included."""
    paid: int
    errors: dict[str, int]
    """By step, status and code."""


def merged(outcomes: list[Outcome]) -> Outcome:
    """Return what several load processes saw at the same time as one outcome."""
    errors: dict[str, int] = {}
    latencies: dict[str, list[int]] = {}
    for one in outcomes:
        for what, count in one.errors.items():
            errors[what] = errors.get(what, 0) + count
        for step, values in one.latencies_us.items():
            latencies.setdefault(step, []).extend(values)
    return Outcome(
        seconds=max(one.seconds for one in outcomes),
        orders=sum(one.orders for one in outcomes),
        latencies_us=latencies,
        placed=sum(one.placed for one in outcomes),
        paid=sum(one.paid for one in outcomes),
        errors=errors,
    )
