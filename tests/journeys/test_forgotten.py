"""Whoever is forgotten is forgotten everywhere: every table, every log line, every index is searched for a trace."""

from datetime import timedelta
from uuid import uuid4

import msgspec

from forgetting import (
    PASSWORD,
    Somebody,
    be_a_developer,
    cards_of,
    finish,
    found_in_database,
    found_in_files,
    holding,
    house_rows,
    live_a_little,
    pass_platform_time,
    speak_of_it,
)
from hansa.centers.interconnect import api as interconnect
from hansa.centers.inventory import api as inventory
from hansa.centers.inventory.types import Adjustment, MovementReason, StockPush
from hansa.centers.message import api as message
from hansa.centers.shop import api as shop
from hansa.centers.shop.terms import Onboarding, RequirementKind
from hansa.centers.shop.types import EntityKind, LegalEntity, Reason, ShopRole
from hansa.centers.trade import api as trade
from hansa.centers.trade.types import ORDER_ID, DraftLine, LineRequest
from hansa.centers.user import api as user
from house import House


async def test_nothing_tells_who_it_was(house, logged):
    somebody, seller = Somebody(), await house.seller()
    goods = await house.good(seller, price=1000)
    guest = await house.person(guest=True)
    started = await user.sign_up(guest, email=somebody.email, password=PASSWORD, name=somebody.name)
    buyer = guest.with_(actor=started.actor)
    types = ["order.placed", "order.moved", "order.lines_moved", "review.shown", "stock.changed"]
    listening = holding(seller, "interconnect.endpoint.change", "inventory.stock.see", "review.order.read")
    await interconnect.add_endpoint(
        listening, url="https://erp.example.com/hooks", types=types, shop_id=seller.shop_id
    )
    order_id = await live_a_little(house, buyer, somebody, seller, goods)
    await be_a_developer(house, buyer, somebody)
    places = {place for place, _, _ in await found_in_database(house.platform, somebody.traces())}
    assert places >= {
        '"user".person',
        '"user".email_key',
        '"user".address_version',
        '"user".passkey',
        '"user".token',
        '"user".app',
        '"user".proof',
        "kernel.idempotency",
        "message.said",
        "trade.line",
        "trade.note",
        "interconnect.app",
        "interconnect.endpoint",
        '"user".export',
    }

    assert await cards_of(house, order_id) == ["0019"]

    await user.request_erasure(buyer)
    await finish(house, seller, buyer, order_id)
    await speak_of_it(house, seller, buyer, somebody, order_id)
    places = {place for place, _, _ in await found_in_database(house.platform, somebody.traces())}
    assert places >= {"review.entry", "message.report", "message.said", "trade.note"}
    told = await house_rows(
        house, "SELECT DISTINCT type FROM interconnect.message WHERE shop_id = $1", seller.shop_id
    )
    assert {one["type"] for one in told} >= {"order.placed", "order.moved", "review.shown"}
    await pass_platform_time(house, timedelta(days=15))
    await house.settle_down()
    await pass_platform_time(house, timedelta(days=9))

    assert await found_in_database(house.platform, somebody.traces()) == []
    assert [trace for trace in somebody.traces() if trace in logged.getvalue()] == []
    assert found_in_files(house.platform.settings.data_dir, somebody.traces()) == []
    # The books are kept: what was bought, by which number, and for how much.
    order = await trade.order(seller.ctx, order_id=order_id)
    assert (order.buyer, order.payable) == (buyer.party(), 1000)
    assert await cards_of(house, order_id) == [""]
    assert await house.violations() == []


async def apply_as_yourself(house, owner, somebody):
    """A person applies at the flagship under their own name, and is asked to mend it, in words that name them."""
    opened = await shop.open_shop(
        owner, slug=f"s{uuid4().hex[:20]}", name={"en": f"{somebody.name}'s teas"}, owner=owner.party()
    )
    own = {"legal_name": somebody.name, "bank_reference": f"Account of {somebody.name}, {somebody.street}"}
    for one in house.system.term(Onboarding).requirements:
        plain = "DE" if one.kind is RequirementKind.COUNTRY else "91330100MA2"
        await shop.give_answer(
            house.system, shop_id=opened.id, requirement=one.name, value=own.get(one.name, plain)
        )
    handed = await shop.submit(house.system, shop_id=opened.id)
    why = Reason(code="bank_account", message=f"{somebody.name} is not the holder of this account")
    await shop.reject(house.system, shop_id=opened.id, submission=handed.submission, reasons=[why])
    return opened


async def sell_as_yourself(ctx, opened, somebody):
    entity = LegalEntity(
        kind=EntityKind.SOLE_TRADER,
        name=somebody.name,
        country="DE",
        registration="",
        tax_ids={"vat": "DE136695976"},
        address=somebody.street,
    )
    await shop.state_seller(ctx, shop_id=opened.id, entity=entity)


async def when_forgotten(house):
    await house.wait(timedelta(days=2))
    await pass_platform_time(house, timedelta(days=15))
    await house.settle_down()
    await pass_platform_time(house, timedelta(days=9))
    await house.settle_down()


async def test_a_sole_trader_who_closed_the_shop_is_forgotten(house):
    flagship = House(house.platform, "flagship")
    somebody, owner = Somebody(), await flagship.person()
    opened = await apply_as_yourself(flagship, owner, somebody)
    await sell_as_yourself(flagship.system, opened, somebody)
    handed = await shop.submit(flagship.system, shop_id=opened.id)
    await shop.approve(flagship.system, shop_id=opened.id, submission=handed.submission)
    places = {place for place, _, _ in await found_in_database(house.platform, somebody.traces())}
    assert places >= {"shop.shop", "shop.answer", "shop.status_change", "shop.seller"}

    await user.request_erasure(owner)
    await shop.close_shop(flagship.system, shop_id=opened.id)
    await when_forgotten(flagship)

    assert await found_in_database(house.platform, somebody.traces()) == []
    places = {place for place, _, _ in await found_in_database(house.platform, [opened.slug])}
    assert places <= {"kernel.outbox"}  # what was told goes after seven days of real time
    assert (await shop.shops(house.system, [opened.id]))[opened.id].name["en"] == "A seller that has left"
    (kept,) = await house_rows(
        house, "SELECT country, tax_ids FROM shop.seller WHERE shop_id = $1", opened.id
    )
    assert kept["country"] == "DE"
    codes = await house_rows(
        house,
        "SELECT reasons -> 0 ->> 'code' AS code FROM shop.status_change WHERE shop_id = $1 AND status = 'rejected'",
        opened.id,
    )
    assert codes == [{"code": "bank_account"}]
    assert await house.violations() == []


async def test_an_applicant_who_never_said_who_sells_and_never_sold_is_forgotten(house):
    flagship = House(house.platform, "flagship")
    somebody, owner = Somebody(), await flagship.person()
    await apply_as_yourself(flagship, owner, somebody)

    await user.request_erasure(owner)
    await when_forgotten(flagship)

    assert await found_in_database(house.platform, somebody.traces()) == []


async def test_a_sole_trader_who_handed_the_shop_over_is_forgotten_and_the_shop_goes_on(house):
    flagship = House(house.platform, "flagship")
    somebody, owner, heir = Somebody(), await flagship.person(), await flagship.person()
    opened = await shop.open_shop(owner, slug=f"s{uuid4().hex[:20]}", name={"en": "Tea"}, owner=owner.party())
    mine = f"@shop:{opened.id}"
    may = frozenset({f"shop.shop.apply{mine}", f"shop.seller.change{mine}", f"shop.shop.see{mine}"})
    acting = owner.with_(actor=msgspec.structs.replace(owner.actor, grants=may))
    await shop.give_answer(acting, shop_id=opened.id, requirement="legal_name", value=somebody.name)
    await sell_as_yourself(acting, opened, somebody)
    offered = await shop.invite(
        flagship.system, shop_id=opened.id, party=heir.party(), roles=[ShopRole.OWNER]
    )
    await shop.accept(heir, secret=offered.secret)

    await user.request_erasure(owner)
    await when_forgotten(flagship)

    assert await found_in_database(house.platform, somebody.traces()) == []
    dossier = await shop.dossier(flagship.system, shop_id=opened.id)
    assert "legal_name" in dossier.missing


async def test_whoever_kept_the_stock_is_forgotten_and_the_stock_adds_up(house):
    somebody, seller = Somebody(), await house.seller()
    goods = await house.good(seller, price=1000)
    started = await user.sign_up(
        house.platform.context("bazaar", locale="en"),
        email=somebody.email,
        password=PASSWORD,
        name=somebody.name,
    )
    person = seller.ctx.with_(actor=started.actor)
    may = {f"inventory.stock.{one}@shop:{seller.shop_id}" for one in ("count", "adjust", "see")}
    keeper = person.with_(actor=msgspec.structs.replace(person.actor, grants=frozenset(may)))
    where = {"sku_id": goods.sku_id, "place_id": seller.place_id}
    words = f"{somebody.name}, {somebody.phone}"
    await inventory.open_stocktake(keeper, place_id=seller.place_id, note=f"Counted by {words}")
    await inventory.push_stock(keeper, rows=[StockPush(**where, on_hand=3)], note=words)
    broken = Adjustment(**where, difference=-1, reason=MovementReason.BROKEN, note=f"Dropped by {words}")
    await inventory.adjust(keeper, adjustments=[broken])

    held = (await user.export_personal_data(person)).records
    notes = {one.content["note"] for one in held if one.kind == "inventory.note"}
    assert notes == {f"Counted by {words}", words, f"Dropped by {words}"}
    await user.request_erasure(person)
    await when_forgotten(house)

    assert await found_in_database(house.platform, somebody.traces()) == []
    last = (await inventory.movements(house.system, **where)).items[0]
    assert (last.quantity, last.reason, last.note) == (-1, MovementReason.BROKEN, "")
    assert await house.violations() == []


async def test_an_applicant_reads_what_was_answered_and_decided(house):
    flagship = House(house.platform, "flagship")
    somebody, owner = Somebody(), await flagship.person()
    opened = await apply_as_yourself(flagship, owner, somebody)
    await sell_as_yourself(flagship.system, opened, somebody)

    held = {}
    for record in (await user.export_personal_data(owner)).records:
        held.setdefault(record.kind, []).append(record.content)

    assert somebody.name in {one["value"] for one in held["shop.answer"]}
    assert [one["entity"]["name"] for one in held["shop.seller"]] == [somebody.name]
    (decided,) = [one for one in held["shop.decision"] if one["reasons"]]
    assert (decided["status"], decided["reasons"][0]["code"]) == ("rejected", "bank_account")
    assert somebody.name in decided["reasons"][0]["message"]


async def test_a_guest_who_ordered_and_left_is_forgotten(house, logged):
    somebody, seller, guest = Somebody(), await house.seller(), await house.person(guest=True)
    goods = await house.good(seller, price=1000)
    await user.introduce(guest, name=somebody.name, email=somebody.email)
    address = await user.add_address(guest, somebody.door())
    quote = await trade.quote(
        guest,
        lines=[LineRequest(goods.offer_id, 1, inputs={"engraving": f"For {somebody.name}"})],
        address_id=address,
        notes={seller.shop_id: f"For {somebody.name}"},
    )
    (order_id,) = (await house.pay(guest, await trade.place(guest, token=trade.seal(guest, quote)))).orders
    await message.start_conversation(
        guest, subject=ORDER_ID.show(order_id), text=f"Please ring at {somebody.street}"
    )
    await user.request_export(guest)
    await house.settle_down()
    await trade.ship(seller.ctx, order_id=order_id)
    await house.wait(timedelta(days=89))  # the order ends by itself
    await house.settle_down()
    await forget_guests(house)
    assert await found_in_database(house.platform, somebody.traces()) != []

    await house.wait(timedelta(days=2))
    await forget_guests(house)
    await pass_platform_time(house, timedelta(days=9))

    assert await found_in_database(house.platform, somebody.traces()) == []
    assert [trace for trace in somebody.traces() if trace in logged.getvalue()] == []
    order = await trade.order(seller.ctx, order_id=order_id)
    assert (order.buyer, order.payable) == (guest.party(), 1000)


async def forget_guests(house):
    """What a running process does by itself now and then."""
    jobs = [job for center in house.platform.centers for job in center.jobs]
    (job,) = [job for job in jobs if job.name == "user.forget_guests"]
    await job.run(house.platform, b"")


async def test_what_a_guest_ordered_follows_into_the_account(house):
    goods = await house.good(await house.seller())
    guest = await house.person(guest=True)
    order_id = await house.paid_order(guest, goods)

    buyer = await house.sign_up_as(guest)

    assert [order.id for order in (await trade.orders(buyer)).items] == [order_id]
    assert (await trade.order(buyer, order_id=order_id)).buyer == guest.party()  # nothing is rewritten
    held = await user.export_personal_data(buyer)
    assert "trade.order" in {record.kind for record in held.records}


async def test_whoever_asks_reads_everything_that_is_held(house):
    seller, buyer = await house.seller(), await house.person()
    goods, other = await house.good(seller, price=1000), await house.good(seller)
    quote = await trade.quote(
        buyer,
        lines=[LineRequest(goods.offer_id, inputs={"engraving": "For Zenobia"})],
        address_id=await house.home(buyer),
    )
    await house.pay(buyer, await trade.place(buyer, token=trade.seal(buyer, quote)))
    await trade.put_in_cart(buyer, offer_id=other.offer_id, quantity=2)
    await trade.write_to_shop(buyer, shop_id=seller.shop_id, text="Ring twice")
    await trade.make_draft(
        holding(seller, "trade.order.draft"),
        shop_id=seller.shop_id,
        buyer=buyer.party(),
        lines=[DraftLine(offer_id=other.offer_id, unit_minor=1, quantity=1)],
        note="As agreed",
    )
    await house.settle_down()

    held = {}
    for record in (await user.export_personal_data(buyer)).records:
        held.setdefault(record.kind, []).append(record.content)

    assert held["trade.order"][0]["lines"][0]["inputs"] == {"engraving": "For Zenobia"}
    assert {one.get("text") for one in held["trade.cart"]} == {None, "Ring twice"}
    assert [one["note"] for one in held["trade.draft"]] == ["As agreed"]
    (paid,) = held["payment.payment"]
    assert (paid["amount_minor"], [one["last_four"] for one in paid["paid_by"]]) == (1000, ["0019"])


async def test_what_is_held_is_handed_out_to_the_last_record(house):
    buyer = await house.person()
    await house.settle_down()
    async with house.platform.db.transaction() as tx:
        columns = await tx.raw.fetch(
            """SELECT quote_ident(attname) AS name FROM pg_attribute
                WHERE attrelid = 'message.notification'::regclass AND attnum > 0 AND NOT attisdropped"""
        )
        names = [row["name"] for row in columns]
        values = ["gen_random_uuid()" if name == "notification_id" else name for name in names]
        await tx.raw.execute(
            f"""INSERT INTO message.notification ({", ".join(names)})
                SELECT {", ".join(values)} FROM message.notification, generate_series(1, 10500)
                 WHERE party_id = $1""",
            buyer.party(),
        )

    told = [
        one for one in (await user.export_personal_data(buyer)).records if one.kind == "message.notification"
    ]

    assert len(told) > 10_500
