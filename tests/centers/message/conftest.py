"""A database with `user` and `message` in it, a mail server of our own, and people to tell things."""

import asyncio
import email
from datetime import timedelta
from email import policy
from typing import Any
from uuid import UUID

import pytest
from aiosmtpd.smtp import SMTP

from emptied import Emptied
from hansa.centers.message import api
from hansa.centers.message.extensions import CHANNELS, DESK, MODERATION, SUBJECT, TEMPLATE, TOPICS, WAY_BACK
from hansa.centers.message.plug import MESSAGE
from hansa.centers.message.types import (
    Channel,
    ConversationSubject,
    Mail,
    Notification,
    Security,
    Template,
    Topic,
)
from hansa.centers.user import api as user
from hansa.centers.user.plug import USER
from hansa.centers.user.types import Accounts
from hansa.kernel.business import Business
from hansa.kernel.clock import Clocks
from hansa.kernel.context import GUEST, SYSTEM, Actor, ActorKind, Ctx, Traffic
from hansa.kernel.db import Database
from hansa.kernel.deadlines import run_due
from hansa.kernel.extension import Veto
from hansa.kernel.metering import Meter
from hansa.kernel.outbox import Patience, Registry, deliver_all
from hansa.kernel.plan import KERNEL_POINTS, BusinessStopped, compile_plan
from hansa.kernel.platform import Platform
from hansa.kernel.security import Signer
from hansa.kernel.settings import Settings
from house import everything_seen

CENTERS = (USER, MESSAGE)

WORDS = {
    ("test.paid", "en"): Template(
        subject="Order {{ order }} is paid",
        text="Hello {{ recipient }},\n\n{{ amount | money }} at {{ business }}.",
    ),
    ("test.paid", "zh"): Template(
        subject="订单 {{ order }} 已付款",
        text="{{ recipient }}，您好：\n\n{{ business }}收到 {{ amount | money }}。",
    ),
    ("test.quiet", "en"): Template(subject="Quiet", text="{{ words }}"),
    ("test.english_only", "en"): Template(subject="Only English", text="{{ words }}"),
    ("test.alarm", "en"): Template(subject="Somebody logged in as you", text="{{ words }}"),
    ("test.offer_of_the_day", "en"): Template(subject="Today only", text="{{ words }}"),
}


def quiet_things_stay_in_the_app(ctx, template):
    return [Channel.IN_APP] if template == "test.quiet" else None


def words_of_the_tests(ctx, name, language):
    return WORDS.get((name, language))


def topics_of_the_tests(ctx):
    return [
        Topic(name="orders", titles={"en": "Orders", "zh": "订单"}, templates=("test.paid",)),
        Topic(name="safety", titles={"en": "Safety"}, templates=("test.alarm",), mandatory=(Channel.EMAIL,)),
        Topic(
            name="news",
            titles={"en": "News"},
            templates=("test.offer_*",),
            off_at_first=(Channel.EMAIL,),
        ),
    ]


SHOPS = {"celadon": UUID(int=0xC0), "rival": UUID(int=0xA0)}
SUBJECTS: dict[str, ConversationSubject] = {
    "prod_bowl": ConversationSubject(
        kind="product", reference="prod_bowl", title="A celadon bowl", shop_id=SHOPS["celadon"]
    ),
    "prod_vase": ConversationSubject(
        kind="product", reference="prod_vase", title="A vase", shop_id=SHOPS["rival"]
    ),
}


async def subjects_of_the_tests(ctx, reference):
    """Products are there; `ord_<party>` is an order of that party at the celadon shop."""
    if reference.startswith("ord_"):
        return ConversationSubject(
            kind="order",
            reference=reference,
            title="",
            shop_id=SHOPS["celadon"],
            buyer=UUID(reference.removeprefix("ord_")),
        )
    return SUBJECTS.get(reference)


async def no_phone_numbers(ctx, draft):
    return Veto("contact", "No telephone numbers, please") if "138" in draft.text else None


def words_of_the_market(ctx, name, language):
    if (name, language) == ("test.english_only", "en"):
        return Template(subject="As the market says it", text="{{ words }}!")
    return None


@pytest.fixture(scope="session")
async def database(server):
    made = await Emptied.made(server, "message", CENTERS)
    yield made
    await made.drop()


class PostOffice:
    """Takes what arrives, or answers as it is told to."""

    def __init__(self):
        self.port = 0
        self.taken: list[bytes] = []
        self.recipients: list[list[str]] = []
        self.answer = "250 OK"
        self.answer_recipient = "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - aiosmtpd's name
        if self.answer_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answer_recipient

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
        if self.answer.startswith("250"):
            self.taken.append(bytes(envelope.content))
            self.recipients.append(list(envelope.rcpt_tos))
        return self.answer

    @property
    def mails(self):
        return [email.message_from_bytes(raw, policy=policy.default) for raw in self.taken]


@pytest.fixture
async def post_offices():
    """Open mail servers, each on a port of its own."""
    loop, servers = asyncio.get_running_loop(), []

    async def open_one(**about):
        office = PostOffice()
        server = await loop.create_server(
            lambda: SMTP(office, hostname="localhost", loop=loop, **about), "127.0.0.1", 0
        )
        servers.append(server)
        office.port = server.sockets[0].getsockname()[1]
        return office

    yield open_one
    for server in servers:
        server.close()
        await server.wait_closed()


async def back_to_pears(ctx, party_id, about):
    return f"https://hansa.test/{ctx.business}/{party_id}/{about.id}" if about.id == "ord_pears" else None


class House:
    """One process of a platform with `user` and `message`, as the tests speak of it."""

    def __init__(self, url, mail):
        self.desks = {}
        self.stopped = set()
        self.db = Database(url)
        self.clocks = Clocks()
        self.registry = Registry.of(CENTERS)
        bazaar = Business(
            "bazaar",
            title={"en": "The Bazaar", "zh": "集市"},
            traffic=Traffic.SANDBOX,
            languages=("en", "zh"),
        )
        market = Business(
            "market",
            title={"en": "The Market"},
            traffic=Traffic.LIVE,
            extends=[TEMPLATE.by(words_of_the_market), CHANNELS.by(quiet_things_stay_in_the_app)],
        )
        answers = {center.name: list(center.answers) for center in CENTERS}
        answers["test"] = [
            TEMPLATE.by(words_of_the_tests),
            TOPICS.by(topics_of_the_tests),
            SUBJECT.by(subjects_of_the_tests),
            MODERATION.by(no_phone_numbers),
            DESK.by(self.desk_of),
            WAY_BACK.by(back_to_pears),
        ]
        points = [point for center in CENTERS for point in center.points]
        self.plan = compile_plan([*KERNEL_POINTS, *points], [], [], [bazaar, market], answers)
        settings = Settings(_sections={Accounts: Accounts(hash_memory_kib=64, hash_passes=1), Mail: mail})
        plans: Any = self
        self.platform = Platform(settings, self.db, self.clocks, plans, Meter(), CENTERS)
        self.platform.add(Signer([b"a key of the tests, long enough"]))

    def context(self, platform, business, *, traffic=None, actor=None, locale="", trace=""):
        if business in self.stopped and (actor is None or actor.kind is not ActorKind.SYSTEM):
            raise BusinessStopped(business=business)
        traffic = traffic or self.plan.businesses[business].traffic
        plan = self.plan.of(business, traffic)
        return Ctx(platform, plan, business, traffic, "house", actor or GUEST, locale or "en", trace)

    def status(self, business):
        return "stopped" if business in self.stopped else "live"

    def stop(self, business):
        """Stop a business: nobody but the platform itself works in it any more."""
        self.stopped.add(business)

    def configure(self, mail):
        self.platform.settings = Settings(_sections={**self.platform.settings._sections, Mail: mail})

    async def desk_of(self, ctx, shop_id):
        return self.desks.get(shop_id)

    async def staff(self, shop="celadon", email="staff@example.com"):
        """Somebody who may answer for a shop, and is told when there is something to answer."""
        person = await self.person(email, name="Staff")
        grants = frozenset({f"message.conversation.answer@shop:{SHOPS[shop]}"})
        self.desks.setdefault(SHOPS[shop], []).append(person.actor.party)
        return person.with_(actor=Actor(person.actor.kind, person.actor.party, grants))

    def ctx(self, actor=GUEST, business="bazaar", **about):
        return self.platform.context(business, actor=actor, **about)

    async def person(self, email="ada@example.com", *, name="Ada", locale="en"):
        """Sign somebody up, without the welcome."""
        started = await user.sign_up(
            self.ctx(locale=locale), email=email, password="correct horse battery", name=name
        )
        async with self.db.transaction() as tx:
            await tx.raw.execute("DELETE FROM kernel.outbox")
        return self.ctx(started.actor, locale=locale)

    async def tell(self, party, template="test.paid", business="bazaar", locale=None, about=None, **params):
        params = params or {"order": "ord_1", "amount": {"minor": 123450, "currency": "CNY"}}
        ctx = self.ctx(SYSTEM, business)
        async with self.db.transaction() as tx:
            (told,) = await api.notify(
                tx,
                ctx,
                [Notification(party=party, template=template, params=params, locale=locale, about=about)],
            )
        return told

    async def deliver(self, *, attempts=1):
        """Let the outbox deliver everything; what fails so often is parked for good."""
        await everything_seen(self.platform)
        await deliver_all(self.platform, self.registry, patience=Patience(attempts=attempts, first_s=0))

    async def wait(self, span, business="bazaar"):
        """Let time pass for a business, and what falls due happen."""
        traffic = self.plan.businesses[business].traffic
        moved = self.clocks.moved().get((business, traffic.value), (timedelta(), None))[0]
        async with self.db.transaction() as tx:
            await self.clocks.move(tx, business=business, traffic=traffic, offset=moved + span)
        await self.fire()

    async def fire(self):
        """Let what is due happen."""
        kinds = {kind.kind: kind for center in CENTERS for kind in center.deadlines}
        await run_due(self.platform, kinds)
        await self.deliver()

    async def deliveries(self, party, told):
        return await api.deliveries(self.ctx(SYSTEM), party=party, notification_id=told)

    async def rows(self, sql, *args):
        async with self.db.transaction() as tx:
            return [dict(row) for row in await tx.raw.fetch(sql, *args)]

    async def verify(self):
        found: list[str] = []
        async with self.db.transaction() as tx:
            for check in (*USER.checks, *MESSAGE.checks):
                found += await check.run(tx)
        return found


@pytest.fixture
async def houses(database):
    """Open processes on one empty database."""
    await database.empty(ending_sessions=True)
    opened = []

    async def open_house(**mail):
        house = House(database.url, Mail(security=Security.NONE, **mail))
        opened.append(house)
        for center in CENTERS:
            for start in center.starts:
                await start(house.platform)
        return house

    yield open_house
    for house in opened:
        await house.db.close()


@pytest.fixture
async def office(post_offices):
    return await post_offices()


@pytest.fixture
async def house(houses, office):
    """A house whose sandbox mail goes to the office."""
    return await houses(stand_in_host="127.0.0.1", stand_in_port=office.port)
