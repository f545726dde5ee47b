"""Businesses come and go without a deploy: published, traded on, ended, and nothing of them is left."""

import asyncio
import io
import os
import re
import subprocess
import sys
from datetime import timedelta
from uuid import uuid4

import msgspec
import pytest

from hansa.app import explain
from hansa.centers.ledger import api as ledger
from hansa.centers.ledger.errors import JournalsShared
from hansa.centers.ledger.types import JOURNAL_ID, AccountClass, AccountKey, Entry, Journal
from hansa.centers.place.types import PLACE_ID
from hansa.centers.shop.types import SHOP_ID
from hansa.centers.trade import api as trade
from hansa.centers.trade.types import ORDER_ID, OrderState
from hansa.centers.user import api as user
from hansa.centers.user.types import PARTY_ID
from hansa.cli import business as commands
from hansa.cli.explaining import labelled, prose
from hansa.cli.failure import Failure
from hansa.kernel.business import Business
from hansa.kernel.context import SYSTEM, Traffic
from hansa.kernel.db import Database
from hansa.kernel.idempotency import IdempotencyKey
from hansa.kernel.outbox import parked
from hansa.kernel.plan import (
    BusinessEnded,
    BusinessKept,
    BusinessStopped,
    UnknownBusiness,
    end_business,
)
from house import House

EVERY_TABLE = """
SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
 WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1
"""
OWNED = """
SELECT format('%I.%I', c.table_schema, c.table_name) AS name, c.column_name AS key
  FROM information_schema.columns c
  JOIN information_schema.columns b USING (table_schema, table_name)
 WHERE b.column_name = 'business' AND c.data_type = 'uuid'
   AND c.column_name IN ('id', 'token_id', 'notification_id', 'checkout_id', 'order_id', 'subject')
   AND c.table_schema NOT IN ('pg_catalog', 'information_schema')
"""
PLANS = {"kernel.generation", "kernel.usage", "kernel.process"}
"""What others go on writing while one business ends."""


class Records:
    """Every row of every table, as its owner sees them."""

    def __init__(self, owner):
        self.owner = owner

    async def mentioning(self, path, ids=()):
        """Count the rows that mention a path or an id, by table: as text, in JSON, or within bytes."""
        words = [path, path.encode().hex(), *map(str, ids), *(one.hex for one in ids)]
        found = {}
        async with self.owner.transaction() as tx:
            for (table,) in await tx.raw.fetch(EVERY_TABLE):
                count = await tx.raw.fetchval(
                    f"SELECT count(*) FROM {table} AS t"
                    " WHERE EXISTS (SELECT FROM unnest($1::text[]) AS w (word) WHERE position(word in t::text) > 0)",
                    words,
                )
                if count:
                    found[table] = count
        return found

    async def ids_of(self, path):
        """The ids of everything a business owns; people and what they say of themselves belong to nobody."""
        ids = set()
        async with self.owner.transaction() as tx:
            for table, key in await tx.raw.fetch(OWNED):
                if table in {'"user".party', '"user".token', "kernel.outbox"}:
                    continue  # of people, who stay
                rows = await tx.raw.fetch(f"SELECT {key} FROM {table} WHERE business = $1", path)
                ids |= {row[0] for row in rows}
        return ids


@pytest.fixture
async def owner(house):
    """The database as its owner: ending is the owner's work."""
    database = Database(house.platform.db.url, connections_max=1, role=None)
    yield database
    await database.close()


@pytest.fixture
def records(owner):
    return Records(owner)


@pytest.fixture
def launch(house):
    """Publish a business as its operator would, and open it."""

    async def launch(path=None, *, traffic=Traffic.SANDBOX):
        path = path or f"club-{uuid4().hex[:12]}"
        manifest = Business(
            path,
            title={"en": path.title()},
            currency="CNY",
            entity="clubs",
            traffic=traffic,
            languages=("en",),
        )
        plans = house.platform.plans
        async with house.platform.db.transaction() as tx:
            await plans.publish(tx, [manifest], by="ada")
        return House(house.platform, path)

    return launch


async def trade_a_while(club):
    """Orders in every state, a cart, an API token, notices and a moved clock."""
    seller, buyer = await club.seller(), await club.buyer()
    pear, tea = await club.good(seller, price=3600), await club.good(seller, price=8800)
    _, token = await club.quote(buyer, (pear, 2), tea)
    key = IdempotencyKey.of(buyer, route="place", key=uuid4().hex, body=token.encode())
    placed = await trade.place(buyer, token=token, key=key)
    (order_id,) = (await club.pay(buyer, placed)).orders
    await trade.ship(seller.ctx, order_id=order_id)
    await trade.receive(buyer, order_id=order_id)
    await club.paid_order(buyer, pear)
    cancelled = await club.place(buyer, pear)
    await trade.cancel(buyer, checkout_id=cancelled.checkout_id)
    await club.place(buyer, tea)
    await trade.put_in_cart(buyer, offer_id=pear.offer_id, quantity=3)
    person = await club.person()
    await user.issue_token(person, label="till", grants=[], expires_at=person.now() + timedelta(days=9))
    await club.settle_down()
    await club.wait(timedelta(minutes=1))
    async with club.platform.db.transaction() as tx:
        await club.platform.meter.flush(tx)
    return order_id


async def test_businesses_are_launched_traded_on_and_ended_without_residue(house, launch, owner, records):
    code = house.platform.plans.code.hash
    clubs = [await launch() for _ in range(3)]
    for club in clubs:
        await trade_a_while(club)
    assert house.platform.plans.code.hash == code  # three businesses, and not a line of code
    before = {club.business: await records.mentioning(club.business) for club in clubs}
    assert set.intersection(*map(set, before.values())) >= {
        "inventory.hold",
        "inventory.movement",
        "kernel.business",
        "kernel.clock",
        "kernel.deadline",
        "kernel.generation",
        "kernel.idempotency",
        "kernel.outbox",
        "kernel.usage",
        "ledger.account",
        "ledger.journal",
        "message.notification",
        "payment.payment",
        "payment.sandbox_charge",
        "place.place",
        "product.listing",
        "product.offer",
        "product.product",
        "shop.shop",
        "trade.cart_line",
        "trade.checkout",
        'trade."order"',
        '"user".party',
        '"user".token',
    }

    for at, club in enumerate(clubs):
        ids = await records.ids_of(club.business)
        assert len(ids) > 20

        ending = await end_business(house.platform, club.business, by="ada", owner=owner)

        assert ending.status == "removed"
        assert await records.mentioning(club.business, ids) == {}
        for other in clubs[at + 1 :]:
            left = await records.mentioning(other.business)
            assert {t: n for t, n in left.items() if t not in PLANS} == {
                t: n for t, n in before[other.business].items() if t not in PLANS
            }
        with pytest.raises(UnknownBusiness):
            house.platform.context(club.business)
        assert await house.violations() == []


async def test_people_outlive_the_business_they_came_through(house, launch, owner):
    club = await launch()
    logged_in = await user.sign_up(
        house.platform.context(club.business),
        email=f"{uuid4().hex}@example.com",
        password="a long enough one",
        name="Ada",
    )

    await end_business(house.platform, club.business, by="ada", owner=owner)

    actor = await user.authenticate(house.platform, logged_in.token)
    assert actor is not None
    assert (await user.me(house.system.with_(actor=actor))).name == "Ada"


async def test_a_name_that_is_free_again_begins_anew(house, launch, owner):
    club = await launch()
    await trade_a_while(club)
    await end_business(house.platform, club.business, by="ada", owner=owner)

    again = await launch(club.business)

    assert (await trade.orders(await again.buyer())).items == []
    assert await trade_a_while(again)


async def test_one_whose_books_are_bound_to_another_stays_whole(house, launch, owner, records):
    club = await launch()
    await trade_a_while(club)
    before = await records.mentioning(club.business)
    bound = [
        Entry(AccountKey.of(ctx, AccountClass.CASH, currency="CNY"), minor)
        for ctx, minor in ((club.system, 5), (house.system, -5))
    ]
    await book(club, "loan", *bound)

    with pytest.raises(JournalsShared):
        await end_business(house.platform, club.business, by="ada", owner=owner)

    left = await records.mentioning(club.business)
    assert {t for t in before if t not in PLANS} <= set(left)
    assert (await club.buyer()).business == club.business  # on again


async def test_without_the_owners_log_in_nothing_is_removed(house, launch):
    club = await launch()
    runtime = Database(house.platform.db.url, connections_max=1)
    try:
        with pytest.raises(BusinessKept, match="log-in that owns the tables"):
            await end_business(house.platform, club.business, by="ada", owner=runtime)
    finally:
        await runtime.close()

    assert await club.buyer()


async def test_one_that_traded_live_is_wound_down_and_its_books_stay(house, launch, owner, records):
    club = await launch(traffic=Traffic.LIVE)
    seller, buyer = await club.seller(), await club.buyer()
    gift = await club.good(seller, price=0)
    _, token = await club.quote(buyer, gift)
    placed = await club.place(buyer, gift)
    (order_id,) = (order.id for order in placed.orders)
    cash, payable = (
        AccountKey.of(club.system, kind, currency="CNY", party=party)
        for kind, party in ((AccountClass.CASH, None), (AccountClass.SELLER_PAYABLE, seller.shop_id))
    )

    async def end():
        return await end_business(house.platform, club.business, by="ada", owner=owner)

    ending = await end()
    assert (ending.status, ending.objection.code) == ("winding", "trade.orders_under_way")
    with pytest.raises(BusinessStopped):
        await trade.place(buyer, token=token)
    await trade.ship(seller.ctx, order_id=order_id)
    await trade.receive(buyer, order_id=order_id)  # what was bought is still delivered
    await book(club, "sold_by_hand", Entry(cash, 900), Entry(payable, -900))
    ending = await end()
    assert (ending.status, ending.objection.code) == ("winding", "ledger.money_held")
    await book(club, "paid_out", Entry(payable, 900), Entry(cash, -900))
    ending = await end()

    assert ending.status == "tombstone"
    with pytest.raises(BusinessEnded):
        house.platform.context(club.business)
    kept = await records.mentioning(club.business)
    assert kept['trade."order"'] == 1
    assert kept["ledger.journal"] == 2
    assert kept["kernel.business"] == 1
    assert (await explain(house.platform, ORDER_ID.show(order_id))).order.state is OrderState.FINISHED
    await house.deliver()
    async with house.platform.db.transaction() as tx:
        assert [one for one in await parked(tx) if one.business == club.business] == []


async def test_a_kill_switch_stops_sales_at_once_and_goods_are_still_received(house, launch):
    club = await launch()
    plans, db = house.platform.plans, house.platform.db
    seller, buyer = await club.seller(), await club.buyer()
    pear = await club.good(seller)
    mine, forgotten = await club.paid_order(buyer, pear), await club.paid_order(buyer, pear)
    for order_id in (mine, forgotten):
        await trade.ship(seller.ctx, order_id=order_id)
    _, token = await club.quote(buyer, pear)

    async with db.transaction() as tx:
        await plans.kill(tx, club.business, why="a recall", by="ada")

    with pytest.raises(BusinessStopped):
        house.platform.context(club.business)
    with pytest.raises(BusinessStopped):
        await trade.place(buyer, token=token)
    await trade.receive(buyer, order_id=mine)
    await club.wait(timedelta(days=30))
    system = house.platform.context(club.business, actor=SYSTEM)
    for order_id in (mine, forgotten):
        assert (await trade.order(system, order_id=order_id)).state is OrderState.FINISHED
    async with db.transaction() as tx:
        await plans.unkill(tx, club.business, why="it was safe after all", by="ada")
    assert await club.place(await club.buyer(), pear)


@pytest.fixture
async def commanded(house, monkeypatch, capsys):
    """Run a command on this house's platform; return what it printed."""
    loop = asyncio.get_running_loop()
    monkeypatch.setattr(
        commands,
        "with_platform",
        lambda work: asyncio.run_coroutine_threadsafe(work(house.platform), loop).result(60),
    )

    async def commanded(command, *args, **options):
        await asyncio.to_thread(command, *args, **options)
        return capsys.readouterr().out

    return commanded


async def test_the_kill_switch_tells_what_it_did_and_keeps_who_and_why(commanded, launch):
    path = (await launch()).business

    assert await commanded(commands.kill, path, undo=True) == f"{path} was not off; nothing was changed.\n"
    told = msgspec.json.decode(await commanded(commands.kill, path, why="a recall", json=True))
    assert told == {"path": path, "status": "killed", "changed": True}
    assert await commanded(commands.kill, path, undo=True, why="all clear") == f"{path} is on again.\n"

    shown = await commanded(commands.show, path)
    assert "# switched off at " in shown
    assert ": a recall\n" in shown
    assert ": all clear\n" in shown
    used = msgspec.json.decode(await commanded(commands.show, path, json=True))["switched"]
    assert [one["off"] for one in used] == [False, True]


async def test_an_order_is_explained_by_its_id_alone(house):
    order_id = await house.paid_order(await house.buyer(), await house.good(await house.seller()))

    explanation = await explain(house.platform, ORDER_ID.show(order_id))

    assert explanation.order.id == order_id
    assert explanation.order.business == house.business
    assert explanation.decisions


async def test_an_explanation_reads_as_prose_with_ids_and_sums_as_people_know_them(house):
    buyer, seller = await house.buyer(), await house.seller()
    order_id = await house.paid_order(buyer, await house.good(seller, price=3600))

    told = await explain(house.platform, ORDER_ID.show(order_id))
    text, plain = prose(told), labelled(told)

    for said in (
        f"Order {ORDER_ID.show(order_id)}: awaiting_shipment.",
        f"in {house.business} (",
        f"by guest:{PARTY_ID.show(buyer.party())}",
        SHOP_ID.show(seller.shop_id),
        PLACE_ID.show(seller.place_id),
        f"under generation {house.platform.plans.current.generation}",
        "1 at 36.00 CNY = 36.00 CNY",
        "goods 36.00 CNY - discounts 0.00 CNY",
        "trade.layers",
        "awaiting_payment -> awaiting_shipment",
    ):
        assert said in text
    assert plain["order"]["id"] == ORDER_ID.show(order_id)
    assert plain["order"]["option"]["place_id"] == PLACE_ID.show(seller.place_id)
    assert plain["order"]["lines"][0]["gross"] == 3600
    uuids = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-")
    assert not uuids.search(text)
    assert not uuids.search(msgspec.json.encode(plain, enc_hook=str).decode())


class Terminal(io.StringIO):
    """Somebody who types."""

    def isatty(self):
        return True


async def test_the_command_asks_for_the_name_and_tells_what_is_gone(house, launch, tmp_path, monkeypatch):
    club = await launch()
    await club.seller()
    monkeypatch.setattr("sys.stdin", io.StringIO())
    with pytest.raises(Failure, match="Add --yes"):
        commands.end(club.business)
    monkeypatch.setattr("sys.stdin", Terminal("another\n"))
    with pytest.raises(Failure, match="goes on as before"):
        commands.end(club.business)

    done = await asyncio.to_thread(
        subprocess.run,
        [
            sys.executable,
            "-c",
            "from hansa.cli import main; main()",
            "business",
            "end",
            club.business,
            "--yes",
        ],
        cwd=tmp_path,
        env=os.environ | {"HANSA_DATABASE_URL": house.platform.db.url, "HANSA_DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert f"{club.business} is removed." in done.stdout
    assert "  shop.shop: 1\n" in done.stdout
    await house.platform.plans.refresh()
    with pytest.raises(UnknownBusiness):
        house.platform.context(club.business)


async def book(club, kind, *entries):
    """Write a journal into a club's books."""
    journal = Journal(ctx=club.system, id=JOURNAL_ID.new(), kind=kind, reference=uuid4(), entries=entries)
    async with club.platform.db.transaction() as tx:
        (verdict,) = await ledger.post(tx, [journal])
    assert not isinstance(verdict, Exception)
