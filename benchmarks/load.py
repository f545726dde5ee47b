"""The load generator: many keep-alive connections in one process, each a buyer who quotes, places and pays.

`python -m benchmarks.load` reads a `Load` as JSON from its input, writes `measuring` and `measured` when the
measured time begins and ends, and then an `Outcome` as JSON. It is callbacks over raw sockets, so that it takes
little of the cores it shares with what it measures. Every answer is checked: its status, its amount, its state.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections import Counter
from collections.abc import Callable
from random import Random
from secrets import token_hex
from typing import cast

import msgspec

from benchmarks.storefront import Load, Offered, Outcome

STEPS = ("quote", "place", "pay")
_QUOTE, _PLACE, _PAY = range(3)
_STATUS = (200, 201, 200)
_LAST_ANSWERS_S = 30.0
_HEAD_END = b"\r\n\r\n"
_LENGTH = b"content-length:"


class _Quoted(msgspec.Struct):
    token: str
    payable: int


class _Placed(msgspec.Struct):
    payment_id: str
    state: str
    payable: int


class _Paid(msgspec.Struct):
    state: str
    orders: list[str]


class _Refused(msgspec.Struct):
    code: str = "?"


_quoted = msgspec.json.Decoder(_Quoted).decode
_placed = msgspec.json.Decoder(_Placed).decode
_paid = msgspec.json.Decoder(_Paid).decode
_refused = msgspec.json.Decoder(_Refused).decode


class Crowd:
    """All buyers of this process: what they buy, and what they saw."""

    def __init__(self, load: Load) -> None:
        self.load = load
        self.random = Random(load.seed)
        self.measuring = load.orders_max is not None
        self.closing = False
        self.gone = asyncio.Event()
        self.orders = self.placed = self.paid = 0
        self.errors: Counter[str] = Counter()
        self.latencies_us: dict[str, list[int]] = {step: [] for step in (*STEPS, "order")}
        self._begun = 0
        self._next_token = load.seed * 7919
        self._here = 0

    def enter(self) -> None:
        """Count a buyer in."""
        self._here += 1

    def leave(self) -> None:
        """Count a buyer out; the last one ends the run."""
        self._here -= 1
        if self._here == 0:
            self.gone.set()

    def another(self) -> bool:
        """Whether a buyer is to begin another order."""
        limit = self.load.orders_max
        if self.closing or (limit is not None and self._begun >= limit):
            return False
        self._begun += 1
        return True

    def buyer(self) -> tuple[str, str]:
        """Return the session of the next buyer, all in turn, and where what they order goes."""
        shop = self.load.storefront
        self._next_token += 1
        at = self._next_token % len(shop.tokens)
        return shop.tokens[at], shop.addresses[at] if shop.addresses else ""

    def basket(self) -> tuple[Offered, Offered]:
        """Choose two offers."""
        storefront, random = self.load.storefront, self.random
        first = storefront.hot if self.load.hot else random.choice(storefront.offers)
        second = random.choice(storefront.offers)
        while second.id == first.id:
            second = random.choice(storefront.offers)
        return first, second

    def outcome(self, seconds: float) -> Outcome:
        """Return what was seen."""
        return Outcome(
            seconds=seconds,
            orders=self.orders,
            latencies_us=self.latencies_us,
            placed=self.placed,
            paid=self.paid,
            errors=dict(self.errors),
        )


class Buyer(asyncio.Protocol):
    """One connection: an order after the other, a request only after the answer to the one before."""

    def __init__(self, crowd: Crowd, reconnect: Callable[[], None]) -> None:
        self._crowd = crowd
        self._reconnect = reconnect
        self._received = b""
        self._step = _QUOTE
        self._began = self._sent = 0.0
        self._token = ""
        self._payable = 0
        self._leaving = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to buy."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own class is none of asyncio's
        self._begin()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """Leave, or come back when the server hung up."""
        if not self._leaving:
            self._crowd.errors[f"{STEPS[self._step]}: connection lost"] += 1
            if not self._crowd.closing:
                self._reconnect()
                return
        self._crowd.leave()

    def data_received(self, data: bytes) -> None:
        """Take an answer; most come in one piece."""
        received = self._received + data if self._received else data
        end = received.find(_HEAD_END)
        if end < 0:
            self._received = received
            return
        at = received.lower().find(_LENGTH, 0, end)
        size = int(received[at + len(_LENGTH) : received.find(b"\r\n", at)]) if at >= 0 else 0
        body_at = end + len(_HEAD_END)
        if len(received) < body_at + size:
            self._received = received
            return
        self._received = b""
        self._answered(int(received[9:12]), received[body_at : body_at + size])

    def _begin(self) -> None:
        if not self._crowd.another():
            self._leaving = True
            self._transport.close()
            return
        self._step = _QUOTE
        self._token, address = self._crowd.buyer()
        first, second = self._crowd.basket()
        self._payable = first.price + second.price
        self._began = time.perf_counter()
        goes_to = f',"address_id":"{address}"' if address else ""
        self._send(
            "/quotes", f'{{"lines":[{{"offer_id":"{first.id}"}},{{"offer_id":"{second.id}"}}]{goes_to}}}'
        )

    def _send(self, path: str, body: str) -> None:
        load = self._crowd.load
        key = f"idempotency-key: {token_hex(16)}\r\n" if self._step else ""
        self._sent = time.perf_counter()
        self._transport.write(
            f"POST {load.storefront.prefix}{path} HTTP/1.1\r\n"
            f"host: {load.host}:{load.port}\r\n"
            f"authorization: Bearer {self._token}\r\n"
            f"{key}"
            "content-type: application/json\r\n"
            f"content-length: {len(body)}\r\n\r\n"
            f"{body}".encode()
        )

    def _answered(self, status: int, body: bytes) -> None:
        now = time.perf_counter()
        step, crowd = self._step, self._crowd
        if crowd.measuring:
            crowd.latencies_us[STEPS[step]].append(int((now - self._sent) * 1e6))
        try:
            wrong = self._go_on(step, body) if status == _STATUS[step] else _code(status, body)
        except msgspec.MsgspecError as unreadable:
            wrong = f"unreadable: {unreadable}"
        if wrong:
            crowd.errors[f"{STEPS[step]}: {wrong}"] += 1
            self._begin()
        elif step == _PAY:
            if crowd.measuring:
                crowd.orders += 1
                crowd.latencies_us["order"].append(int((now - self._began) * 1e6))
            self._begin()

    def _go_on(self, step: int, body: bytes) -> str:
        """Check an answer and send what follows; return what is wrong with it."""
        if step == _QUOTE:
            quoted = _quoted(body)
            if quoted.payable != self._payable:
                return f"quoted {quoted.payable} instead of {self._payable}"
            self._step = _PLACE
            self._send("/orders", f'{{"token":"{quoted.token}"}}')
        elif step == _PLACE:
            placed = _placed(body)
            self._crowd.placed += 1
            if (placed.payable, placed.state) != (self._payable, "awaiting_payment"):
                return f"placed {placed.payable} {placed.state}"
            self._step = _PAY
            card = self._crowd.load.storefront.card
            self._send(f"/payments/{placed.payment_id}/pay", f'{{"card":"{card}"}}')
        else:
            paid = _paid(body)
            if paid.state != "paid" or not paid.orders:
                return f"paid {paid.state}, {len(paid.orders)} orders"
            self._crowd.paid += 1
        return ""


def _code(status: int, body: bytes) -> str:
    return f"{status} {_refused(body).code}" if body else str(status)


async def run(load: Load, *, tell: Callable[[str], None] = lambda _: None) -> Outcome:
    """Send the buyers and return what they saw; `tell` hears when the measured time begins and ends."""
    crowd = Crowd(load)
    loop = asyncio.get_running_loop()
    tasks: set[asyncio.Task[None]] = set()

    async def connect() -> None:
        try:
            await loop.create_connection(lambda: Buyer(crowd, reconnect), load.host, load.port)
        except OSError:
            crowd.errors["connect: refused"] += 1
            crowd.leave()

    def reconnect() -> None:
        task = loop.create_task(connect())
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    began = time.perf_counter()
    for _ in range(load.connections):
        crowd.enter()
    await asyncio.gather(*(connect() for _ in range(load.connections)))
    if load.orders_max is None:
        await asyncio.sleep(load.warm_s)
        tell("measuring")
        crowd.measuring, began = True, time.perf_counter()
        await asyncio.sleep(load.measure_s)
        crowd.measuring = False
        ended = time.perf_counter()
        tell("measured")
        crowd.closing = True
    try:
        await asyncio.wait_for(crowd.gone.wait(), _LAST_ANSWERS_S if load.orders_max is None else None)
    except TimeoutError:
        crowd.errors["no answer"] += 1
    if load.orders_max is not None:
        ended = time.perf_counter()
    return crowd.outcome(ended - began)


def _main() -> None:
    load = msgspec.json.decode(sys.stdin.buffer.read(), type=Load)
    try:
        import uvloop  # noqa: PLC0415 - not on Windows
    except ImportError:
        runner: Callable[..., Outcome] = asyncio.run
    else:
        runner = uvloop.run
    outcome = runner(run(load, tell=lambda line: print(line, flush=True)))
    sys.stdout.buffer.write(msgspec.json.encode(outcome) + b"\n")


if __name__ == "__main__":
    _main()
