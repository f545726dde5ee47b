from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import msgspec
from benchmarks.storefront import Load, Offered, Outcome, Storefront, merged

from benchmarks import load

PRICE = 700
SHOP = Storefront(
    prefix="/shop/api",
    tokens=["t1", "t2"],
    offers=[Offered(f"o{n}", PRICE) for n in range(4)],
    hot=Offered("hot", PRICE),
    card="card",
)

Answer = tuple[int, object]
Handler = Callable[[str, dict[str, str], bytes], Answer | None]


def honest(path: str, _headers: dict[str, str], _body: bytes) -> Answer | None:
    if path.endswith("/quotes"):
        return 200, {"token": "signed", "payable": 2 * PRICE}
    if path.endswith("/orders"):
        return 201, {"payment_id": "p1", "state": "awaiting_payment", "payable": 2 * PRICE}
    return 200, {"state": "paid", "orders": ["o1"]}


@asynccontextmanager
async def serving(handler: Handler, *, pieces: int = 1) -> AsyncIterator[int]:
    """A server that answers as it is told, in so many pieces; None hangs up."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := (await reader.readuntil(b"\r\n\r\n") if not reader.at_eof() else b""):
            first, *lines = head.decode().split("\r\n")
            headers = dict(line.split(": ", 1) for line in lines if line)
            body = await reader.readexactly(int(headers["content-length"]))
            answer = handler(first.split()[1], headers, body)
            if answer is None:
                break
            content = msgspec.json.encode(answer[1])
            whole = f"HTTP/1.1 {answer[0]} X\r\nContent-Length: {len(content)}\r\n\r\n".encode() + content
            size = -(-len(whole) // pieces)
            for at in range(0, len(whole), size):
                writer.write(whole[at : at + size])
                await writer.drain()
                await asyncio.sleep(0)
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
        except asyncio.IncompleteReadError:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def buy(handler: Handler, *, orders: int = 6, pieces: int = 1, hot: bool = False) -> Outcome:
    async with serving(handler, pieces=pieces) as port:
        return await load.run(Load(storefront=SHOP, port=port, connections=3, orders_max=orders, hot=hot))


async def test_every_buyer_quotes_places_and_pays() -> None:
    seen = await buy(honest, pieces=3)

    assert (seen.orders, seen.placed, seen.paid, seen.errors) == (6, 6, 6, {})
    assert {step: len(values) for step, values in seen.latencies_us.items()} == {
        "quote": 6,
        "place": 6,
        "pay": 6,
        "order": 6,
    }


async def test_writes_carry_a_session_and_a_key_of_their_own() -> None:
    keys, sessions = [], set()

    def listening(path: str, headers: dict[str, str], body: bytes) -> Answer | None:
        sessions.add(headers["authorization"])
        keys.append(headers.get("idempotency-key"))
        return honest(path, headers, body)

    await buy(listening)

    assert sessions == {"Bearer t1", "Bearer t2"}
    written = [key for key in keys if key]
    assert len(written) == len(set(written)) == 12
    assert keys.count(None) == 6


async def test_the_hot_offer_is_in_every_basket() -> None:
    baskets = []

    def listening(path: str, headers: dict[str, str], body: bytes) -> Answer | None:
        if path.endswith("/quotes"):
            baskets.append([line["offer_id"] for line in msgspec.json.decode(body)["lines"]])
        return honest(path, headers, body)

    await buy(listening, hot=True)

    assert all(first == "hot" and second != "hot" for first, second in baskets)


async def test_a_wrong_amount_a_refusal_and_rubbish_are_errors() -> None:
    def cheating(path: str, *_: object) -> Answer | None:
        return (200, {"token": "signed", "payable": 1}) if path.endswith("/quotes") else (500, {})

    def refusing(path: str, headers: dict[str, str], body: bytes) -> Answer | None:
        return honest(path, headers, body) if path.endswith("/quotes") else (409, {"code": "sold.out"})

    def babbling(*_: object) -> Answer | None:
        return 200, ["what?"]

    assert (await buy(cheating)).errors == {f"quote: quoted 1 instead of {2 * PRICE}": 6}
    assert (await buy(refusing)).errors == {"place: 409 sold.out": 6}
    babbled = await buy(babbling)
    assert sum(babbled.errors.values()) == 6
    assert all(what.startswith("quote: unreadable") for what in babbled.errors)


async def test_a_server_that_hangs_up_is_an_error_and_the_buyer_comes_back() -> None:
    seen = await buy(lambda *_: None)

    assert seen.errors == {"quote: connection lost": 6}
    assert seen.paid == 0


def test_what_several_processes_saw_is_added_up() -> None:
    one = Outcome(seconds=2, orders=3, latencies_us={"pay": [1, 2]}, placed=4, paid=3, errors={"x": 1})
    two = Outcome(seconds=3, orders=5, latencies_us={"pay": [3]}, placed=6, paid=5, errors={"x": 2, "y": 1})

    both = merged([one, two])

    assert both == Outcome(
        seconds=3, orders=8, latencies_us={"pay": [1, 2, 3]}, placed=10, paid=8, errors={"x": 3, "y": 1}
    )
