"""Shops with apps and webhook endpoints in a running house, and receivers on this machine that listen to them."""

import asyncio
import json
from base64 import b64decode, b64encode
from dataclasses import dataclass, field, replace
from datetime import timedelta
from hashlib import sha256
from hmac import HMAC
from uuid import uuid4

import pytest

from hansa.centers.interconnect import api
from hansa.centers.interconnect._service.outbound import Outbound
from hansa.centers.interconnect._service.sending import Dispatcher
from hansa.centers.interconnect.types import Webhooks
from hansa.centers.user.extensions import GRANTS
from hansa.kernel.context import Actor, ActorKind, Traffic
from house import Seller

SETTINGS = Webhooks(timeout=timedelta(seconds=5), parallel=8, parallel_per_endpoint=2)


@dataclass
class Received:
    """One request as it arrived."""

    target: str
    headers: dict
    body: bytes

    @property
    def id(self):
        return self.headers["webhook-id"]

    @property
    def event(self):
        return json.loads(self.body)

    def is_signed_with(self, secret):
        """Check a signature as the specification says, with nothing of ours."""
        key = b64decode(secret.split("_", 1)[1])
        content = b".".join([self.id.encode(), self.headers["webhook-timestamp"].encode(), self.body])
        expected = "v1," + b64encode(HMAC(key, content, sha256).digest()).decode()
        return expected in self.headers["webhook-signature"].split(" ")


@dataclass
class Receiver:
    """A server that takes webhooks and answers as it is told to."""

    status: int = 200
    headers: dict = field(default_factory=dict)
    answer: bytes = b"thanks"
    taken: list = field(default_factory=list)
    open: asyncio.Event = field(default_factory=asyncio.Event)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    port: int = 0

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/hooks?from=hansa"

    @property
    def ids(self):
        return [one.id for one in self.taken]

    @property
    def types(self):
        return [one.event["type"] for one in self.taken]

    async def serve(self, reader, writer):
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {
                name.lower(): value for name, value in (line.split(": ", 1) for line in head[1:] if line)
            }
            body = await reader.readexactly(int(headers["content-length"]))
            self.taken.append(Received(head[0].split(" ")[1], headers, body))
            self.arrived.set()
            await self.open.wait()
            lines = [f"HTTP/1.1 {self.status} So", *(f"{k}: {v}" for k, v in self.headers.items())]
            writer.write("\r\n".join([*lines, f"Content-Length: {len(self.answer)}", "", ""]).encode())
            writer.write(self.answer)
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@pytest.fixture
async def receivers():
    """Open receivers, each on a port of its own."""
    servers = []

    async def listen(**about):
        receiver = Receiver(**about)
        receiver.open.set()
        server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
        receiver.port = server.sockets[0].getsockname()[1]
        servers.append((server, receiver))
        return receiver

    yield listen
    for server, receiver in servers:
        receiver.open.set()
        server.close()
        await server.wait_closed()


class Outside:
    """What the tests do: people of a house, shops, events that happen, and what leaves."""

    def __init__(self, house, dispatcher):
        self.house = house
        self.platform = house.platform
        self.dispatcher = dispatcher

    async def again(self, ctx):
        """The same person, as they act when a token is read now: with all that they hold."""
        held = await GRANTS.of(ctx)(ctx, [ctx.party()])
        actor = ctx.actor
        return replace(
            ctx,
            actor=Actor(
                actor.kind,
                actor.party,
                frozenset(one.permission for one in held if one.party == actor.party),
                actor.session,
            ),
        )

    async def seller(self, house=None):
        """A shop, with the context in which its owner acts."""
        made = await (house or self.house).seller()
        return Seller(await self.again(made.ctx), made.shop_id, made.place_id)

    def staff(self, seller, *permissions):
        """Somebody who may do a few things in a shop."""
        grants = frozenset(f"{one}@shop:{seller.shop_id}" for one in permissions)
        return self.platform.context(self.house.business, actor=Actor(ActorKind.PERSON, uuid4(), grants))

    def live(self, ctx):
        return self.platform.context(ctx.business, traffic=Traffic.LIVE, actor=ctx.actor)

    async def listen(self, seller, receiver, *types, ctx=None):
        """Have a receiver told of a shop's events."""
        return await api.add_endpoint(
            ctx or seller.ctx,
            url=receiver.url,
            types=types or ("stock.changed",),
            shop_id=seller.shop_id,
        )

    async def goods(self, seller, *, stock=0):
        return await self.house.good(seller, stock=stock)

    async def happen(self, seller, times=1, *, good=None):
        """Goods come into a shop's stock: an event each time."""
        good = good or await self.goods(seller)
        for _ in range(times):
            await self.house.restock(good, 1)
        return good

    async def send(self):
        """Let what happened reach the outbox's handlers, and what is due leave."""
        await self.house.deliver()
        await self.dispatcher.run_all()

    async def wait(self, **span):
        """Let time pass, and send what falls due with it."""
        await self.house.wait(timedelta(**span))
        await self.send()

    async def states(self, seller, endpoint):
        page = await api.deliveries(seller.ctx, endpoint_id=endpoint.endpoint.id)
        return [one.state.value for one in page.items]

    async def only(self, seller, endpoint):
        """The one delivery of an endpoint, with its attempts."""
        page = await api.deliveries(seller.ctx, endpoint_id=endpoint.endpoint.id)
        (one,) = page.items
        return await api.delivery(seller.ctx, endpoint_id=endpoint.endpoint.id, delivery_id=one.id)

    async def rows(self, sql, *args):
        async with self.platform.db.transaction() as tx:
            return [dict(row) for row in await tx.raw.fetch(sql, *args)]


@pytest.fixture
async def outside(house):
    """A house whose webhooks may reach this machine, and where nothing is on its way yet."""
    await house.deliver()
    platform = house.platform
    outbound, dispatcher = platform.service(Outbound), platform.service(Dispatcher)
    mine = Outbound(chosen=("127.0.0.1",), timeout_s=5, together_max=64)
    platform.add(mine)
    platform.add(Dispatcher(platform, SETTINGS, jitter=lambda: 0.5))
    yield Outside(house, platform.service(Dispatcher))
    async with platform.db.transaction() as tx:  # what a story left on its way would leave in the next one
        await tx.raw.execute(
            "UPDATE interconnect.delivery SET state = 'failed', settled_at = now() WHERE state IN ('due', 'waiting')"
        )
    platform.add(outbound)
    platform.add(dispatcher)
    await mine.close()
