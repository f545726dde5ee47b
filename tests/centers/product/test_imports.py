"""Imports and exports: staged, then flipped; nothing is half there, and nobody's events wait."""

import asyncio
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from centers.product.kiln import GLAZE, check, eur, make
from hansa.centers.product import api as product
from hansa.centers.product._rules.importing import RECORD_MAX, Splitter
from hansa.centers.product._service import import_job
from hansa.centers.product._service.import_job import run_import
from hansa.centers.product._service.offers import OfferSnapshot
from hansa.centers.product.errors import (
    ImportIncomplete,
    ImportNotFound,
    ImportRunning,
    ImportStateWrong,
    OfferChangedSince,
    ProductNotFound,
)
from hansa.centers.product.types import (
    Field,
    FieldKind,
    ImportFormat,
    ImportState,
    Measure,
    NewSku,
    ProductReview,
    ProductState,
    Sort,
    Target,
)
from hansa.kernel.problem import Forbidden, Unauthenticated

GRAMS = Measure(unit="g", per=1000, minimum=50, maximum=2000, step=50)
TABLES = ("product", "sku", "offer", "listing")


async def send(seller, text, *, form=ImportFormat.CSV, part=400_000):
    """Hand a file in, in parts cut anywhere, and start its import."""
    opened, ctx = seller
    begun = await product.begin_import(ctx, shop_id=opened.id, form=form)
    parts = [text[at : at + part] for at in range(0, len(text), part)]
    for number, content in enumerate(parts, 1):
        await product.add_part(ctx, import_id=begun.id, number=number, text=content)
    return await product.start_import(ctx, import_id=begun.id, parts=len(parts))


async def run(market, seller, text, **about):
    started = await send(seller, text, **about)
    await run_import(market.platform, started.id.bytes)
    return await product.import_(seller[1], started.id)


def lines(*rows):
    return "\n".join(rows) + "\n"


def many(count, *, bad=None, price=1000):
    """Rows of `count` products; the one at `bad` has no price."""
    rows = ["product,title:en,title:zh,price_minor,currency"]
    rows += [f"P-{n},Pot {n},壶 {n},{'' if n == bad else price + n % 7},EUR" for n in range(count)]
    return lines(*rows)


async def counts(market):
    return {
        table: (await market.rows(f"SELECT count(*) FROM product.{table}"))[0]["count"] for table in TABLES
    }


@given(st.lists(st.text('ab",\n\r', max_size=8), max_size=8), st.integers(1, 5))
def test_how_a_file_is_cut_into_parts_changes_nothing(records, size):
    text = "\n".join(records)
    for form in ImportFormat:
        whole, cut = Splitter(form), Splitter(form)
        expected = [*whole.feed(text), *whole.feed("", last=True)]
        parts = [text[at : at + size] for at in range(0, len(text), size)]
        got = [record for part in parts for record in cut.feed(part)] + list(cut.feed("", last=True))
        assert got == expected
        assert [line for line, _ in got] == sorted({line for line, _ in got})


@pytest.mark.parametrize("form", ImportFormat)
def test_a_record_without_end_is_read_once_and_not_kept(form):
    """A million line breaks within quotes, and a million letters on one line: each too long, whatever comes after."""
    splitter = Splitter(form)
    endless = '"' + "\n" * 1_000_000 + "x" * 1_000_000

    begun = list(splitter.feed(endless))
    begun += splitter.feed(endless)
    ended = list(splitter.feed("\nP-1,Pot", last=True))

    assert sum(map(len, vars(splitter)["_pieces"])) == 0
    assert {len(record) for _, record in begun} <= {RECORD_MAX + 1, 1}
    assert [len(record) for _, record in ended] == [RECORD_MAX + 1, len("P-1,Pot")]


async def test_a_csv_file_becomes_products_with_variants(market):
    material = Field(code="uses", names={"en": "Uses"}, kind=FieldKind.CHOICES, choices=GLAZE.values)
    volume = Field(code="volume", names={"en": "Volume"}, kind=FieldKind.INTEGER)
    await product.add_category(market.ctx, slug="pots", names={"en": "Pots"}, attributes=[material, volume])
    seller = await market.seller()
    text = lines(
        "\ufeffproduct,sku_code,category,title:en,title:zh,description:en,option:glaze,label:glaze:en,"
        "attribute:uses,attribute:volume,price_minor,list_price_minor,currency,gtin",
        'TP-1,A,pots,"Pot, large",壶,"Two\nlines, ""quoted""",ink,Dark clay,celadon|ink,300,1200,1500,EUR,4006381333931',
        "TP-1,B,,,,,sky,Sky,,,1100,,EUR,",
        "TP-2,,,Bowl,,,,,,,500,,EUR,",
    )

    done = await run(market, seller, text, part=17)

    assert (done.state, done.rows_read, done.rows_bad, done.rows_written) == (ImportState.DONE, 3, 0, 3)
    listed = (await product.list_products(market.ctx, sort=Sort.PRICE_DOWN)).items
    assert [(one.titles["en"], one.price.minor, one.offers) for one in listed] == [
        ("Pot, large", 1100, 2),
        ("Bowl", 500, 1),
    ]
    page = await product.product(market.ctx, listed[0].id)
    assert page.product.code == "TP-1"
    assert page.product.descriptions == {"en": 'Two\nlines, "quoted"'}
    assert page.product.attributes == {"uses": ["celadon", "ink"], "volume": 300}
    assert [(sku.code, sku.gtin, sku.values) for sku in page.skus] == [
        ("A", "4006381333931", {"glaze": "ink"}),
        ("B", None, {"glaze": "sky"}),
    ]
    assert [offer.options_in("en") for offer in page.offers] == ["Dark clay", "Sky"]
    assert len(await market.told("product.created")) == 2
    assert len(await market.told("product.offer_changed")) == 3
    [entry] = (await product.product_history(seller[1], product_id=listed[0].id)).items
    assert entry.action == "imported"
    assert await market.rows("SELECT FROM product.import_row UNION ALL SELECT FROM product.import_part") == []
    assert await market.verify() == []


@pytest.mark.parametrize("form", list(ImportFormat))
async def test_what_is_exported_is_imported_again(market, form):
    await product.add_category(
        market.ctx,
        slug="pots",
        names={"en": "Pots"},
        attributes=[Field(code="safe", names={"en": "Safe"}, kind=FieldKind.BOOLEAN)],
    )
    [category] = await product.categories(market.ctx)
    kiln = Field(code="kiln", names={"en": "Kiln"}, kind=FieldKind.INTEGER, required=True)
    await product.set_custom_fields(market.ctx, target=Target.SKU, fields=[kiln], seen_version=0)
    seller, other = await market.seller(), await market.seller("other")
    for n in range(3):
        await make(
            seller,
            code=f"TP-{n}",
            category=category,
            titles={"en": f'Pot "{n}", fine', "zh": "壶"},
            attributes={"safe": bool(n % 2)},
            options=[GLAZE],
            measure=GRAMS if n == 1 else None,
            skus=[
                NewSku(
                    values={"glaze": value},
                    price=eur(100 + n),
                    list_price=eur(200),
                    code=f"{n}{value}",
                    custom={"kiln": n},
                )
                for value in ("celadon", "ink")
            ],
        )
    await make(seller, title="without a number", skus=[NewSku(price=eur(1), custom={"kiln": 1})])

    async def exported(who):
        parts, cursor = [], None
        while True:
            part = await product.export_products(who[1], shop_id=who[0].id, form=form, cursor=cursor, limit=2)
            parts.append(part.text)
            if (cursor := part.cursor) is None:
                return "".join(parts)

    text = await exported(seller)
    done = await run(market, other, text, form=form)

    assert (done.state, done.rows_written) == (ImportState.DONE, 6)
    assert sorted(text.splitlines()) == sorted((await exported(other)).splitlines())
    theirs = (await product.products_of_shop(other[1], shop_id=other[0].id)).items
    assert {one.code: one.measure for one in theirs} == {"TP-0": None, "TP-1": GRAMS, "TP-2": None}
    assert {option.names["en"] for one in theirs for option in one.options} == {"Glaze"}
    assert await market.verify() == []


async def test_of_two_that_work_on_one_import_the_later_goes_on(markets, monkeypatch):
    """A worker that seemed dead was only slow; another one has taken its job over."""
    slow, quick = await markets(), await markets()
    seller = await slow.seller()
    started = await send(seller, many(2_500))
    asleep, awake = asyncio.Event(), asyncio.Event()
    put, judge = import_job.store.put_rows, import_job._judge

    async def judge_late(work):
        if work.one.runs == 1:
            asleep.set()
            await awake.wait()
        await judge(work)

    monkeypatch.setattr(import_job, "_judge", judge_late)
    first = asyncio.create_task(run_import(slow.platform, started.id.bytes))
    await asleep.wait()
    reading = asyncio.Event()

    async def told(tx, import_id, rows):
        await put(tx, import_id, rows)
        reading.set()

    monkeypatch.setattr(import_job.store, "put_rows", told)
    second = asyncio.create_task(run_import(quick.platform, started.id.bytes))
    await (
        reading.wait()
    )  # of 2,500 rows a thousand are there again: what the first one judges now is no whole
    awake.set()
    await asyncio.gather(first, second)

    done = await product.import_(seller[1], started.id)
    assert (done.state, done.rows_read, done.rows_written, done.runs) == (ImportState.DONE, 2_500, 2_500, 2)
    assert (await counts(slow))["product"] == 2_500
    assert await slow.verify() == []


async def test_one_bad_row_of_many_and_nothing_is_there(market):
    seller = await market.seller()
    before = await counts(market)

    done = await run(market, seller, many(3_000, bad=2_999))

    assert (done.state, done.rows_read, done.rows_bad) == (ImportState.REJECTED, 3_000, 1)
    [bad] = (await product.bad_rows(seller[1], import_id=done.id)).items
    assert (bad.line, bad.errors[0].field, bad.errors[0].code) == (3_001, "price_minor", "required")
    assert await counts(market) == before
    assert await market.told("product.created") == []
    repaired = await run(market, seller, many(30))
    assert repaired.state is ImportState.DONE


async def passed_the_fence(market):
    """Whether everything told so far may be delivered: no older transaction is still open."""
    [row] = await market.rows(
        """SELECT count(*) AS open FROM kernel.outbox
           WHERE xid >= pg_snapshot_xmin(pg_current_snapshot()) AND xid <> pg_current_xact_id()"""
    )
    return row["open"] == 0


@pytest.mark.timeout(900)
@pytest.mark.parametrize("rows", [2_000, pytest.param(100_000, marks=pytest.mark.chaos)])
async def test_a_large_import_is_seen_at_once_and_holds_up_nobody(markets, rows):
    """Others list, price and place all the while; their events pass the fence between the import's steps."""
    market, there = await markets(), await markets()
    seller = await market.seller()
    rival = await market.seller("rival")
    watched = await make(seller, code="P-0", title="Pot 0", price=5)  # the import prices it anew
    [offer] = (await make(rival, title="Bowl")).offers
    started = await send(seller, many(rows))
    there.platform.service(OfferSnapshot)._age_max_s = 0  # it asks what changed at every look
    seen, rounds = [], 0

    job = asyncio.create_task(run_import(market.platform, started.id.bytes))
    while not job.done():
        state = (await product.import_(seller[1], started.id)).state
        page = await product.list_products(there.ctx, sort=Sort.PRICE_UP, query="Pot", limit=1)
        price = (await product.offers(there.ctx, [watched.offers[0].id]))[watched.offers[0].id]
        seen.append((state, page.count, price.base.minor))
        changed = await product.set_price(rival[1], offer_id=offer.id, price=eur(1000 + rounds))
        assert await check(market, (offer.id, changed.version)) is None
        while not job.done() and not await passed_the_fence(market):
            await asyncio.sleep(0)
        rounds += 1
    await job

    done = await product.import_(seller[1], started.id)
    assert (done.state, done.rows_read, done.rows_written) == (ImportState.DONE, rows, rows)
    for state, count, price in seen:  # once it has flipped everything is new; before, it may flip meanwhile
        assert (count, price) == (1000, 1000) or state not in {ImportState.FLIPPED, ImportState.DONE}
    assert {count for _, count, _ in seen} <= {1, 1000}
    assert rounds > 20
    assert (await counts(market))["product"] == rows + 1
    assert len(await market.told("product.created")) == rows + 1
    assert await market.verify() == []


async def test_before_the_flip_nothing_is_seen_and_at_the_flip_everything(market, monkeypatch):
    seller = await market.seller()
    page = await make(seller, code="OLD", price=700)
    [old] = page.offers
    started = await send(
        seller,
        lines(
            "product,title:en,price_minor,list_price_minor,currency",
            "OLD,,500,700,EUR",
            "NEW,Bowl,300,,EUR",
        ),
    )
    settling = asyncio.Event()

    async def not_yet(work):
        settling.set()

    monkeypatch.setattr(import_job, "_settle", not_yet)
    write = import_job._write

    async def look_then_write(work):
        flip = import_job.store.move_import

        async def before_the_flip(tx, import_id, state):
            assert (await product.list_products(market.ctx)).count == 1
            assert (await product.offers(market.ctx, [old.id]))[old.id].price == eur(700)
            assert await check(market, (old.id, 1)) is None
            return await flip(tx, import_id, state)

        monkeypatch.setattr(import_job.store, "move_import", before_the_flip)
        await write(work)

    monkeypatch.setattr(import_job, "_write", look_then_write)

    await run_import(market.platform, started.id.bytes)

    # Flipped, not settled yet: buyers see all of it, and what was quoted before is asked again.
    assert settling.is_set()
    assert (await product.import_(seller[1], started.id)).state is ImportState.FLIPPED
    market.platform.service(OfferSnapshot)._asked_at = float("-inf")
    offer = (await product.offers(market.ctx, [old.id]))[old.id]
    assert (offer.price, offer.list_price, offer.version) == (eur(500), eur(700), 2)
    assert isinstance(await check(market, (old.id, 1)), OfferChangedSince)
    assert await check(market, (old.id, 2)) is None
    listed = (await product.list_products(market.ctx)).items
    assert {one.titles["en"] for one in listed} == {"Teapot", "Bowl"}
    new = next(one for one in listed if one.titles["en"] == "Bowl")
    assert (await product.product(market.ctx, new.id)).offers[0].price == eur(300)

    # Whoever changes something now finds it as the import left it.
    await product.set_price(seller[1], offer_id=old.id, price=eur(450), seen_version=2)

    monkeypatch.undo()
    await run_import(market.platform, started.id.bytes)
    assert (await product.import_(seller[1], started.id)).state is ImportState.DONE
    assert (await product.offers(market.ctx, [old.id]))[old.id].price == eur(450)
    assert await market.verify() == []


async def test_what_an_import_writes_ahead_is_nobodys_to_find(market, monkeypatch):
    seller = await market.seller()
    started = await send(seller, many(10))

    async def stop(tx, import_id, state):
        if state is ImportState.FLIPPED:
            raise InterruptedError
        return await move(tx, import_id, state)

    move = import_job.store.move_import
    monkeypatch.setattr(import_job.store, "move_import", stop)
    with pytest.raises(InterruptedError):
        await run_import(market.platform, started.id.bytes)

    hidden = await market.rows("SELECT o.id, o.product_id, o.sku_id FROM product.offer o LIMIT 1")
    assert len(hidden) == 1
    [row] = hidden
    with pytest.raises(ProductNotFound):
        await product.product(seller[1], row["product_id"])
    assert await product.offers(market.ctx, [row["id"]]) == {}
    assert await product.skus(market.ctx, [row["sku_id"]]) == {}
    assert isinstance(await check(market, (row["id"], 1)), OfferChangedSince)
    assert (await product.products_of_shop(seller[1], shop_id=seller[0].id)).items == []

    monkeypatch.undo()
    await run_import(market.platform, started.id.bytes)  # as the job does when its process had died
    done = await product.import_(seller[1], started.id)
    assert (done.state, done.rows_read) == (ImportState.DONE, 10)
    assert (await counts(market))["product"] == 10
    assert await market.verify() == []


async def test_what_was_stopped_leaves_nothing(market, monkeypatch):
    seller = await market.seller()
    page = await make(seller, code="P-0", price=5)
    before = await counts(market)
    started = await send(seller, many(500))

    async def stopped(work):
        await write(work)

    write = import_job._write
    inserted = import_job._insert

    async def insert_then_stop(work, tx, groups):
        await inserted(work, tx, groups)
        stopping.append(asyncio.create_task(product.cancel_import(seller[1], import_id=started.id)))

    stopping = []
    monkeypatch.setattr(import_job, "_insert", insert_then_stop)
    await run_import(market.platform, started.id.bytes)
    await asyncio.gather(*stopping, return_exceptions=True)
    await run_import(market.platform, started.id.bytes)

    assert (await product.import_(seller[1], started.id)).state is ImportState.CANCELLED
    assert await counts(market) == before
    assert await market.rows("SELECT FROM product.offer WHERE import_id IS NOT NULL") == []
    assert (await product.product(market.ctx, page.product.id)).offers[0].price == eur(5)
    with pytest.raises(ImportStateWrong):
        await product.cancel_import(seller[1], import_id=started.id)


async def test_what_somebody_made_in_the_meantime_is_not_overwritten(market, monkeypatch):
    seller = await market.seller()
    started = await send(seller, many(3))
    write = import_job._write

    async def too_late(work):
        await make(seller, code="P-1", title="Mine", price=7)
        # What was judged is not looked at again in the moment that decides.
        monkeypatch.setattr(import_job, "_kept", nothing)
        await write(work)

    async def nothing(work, tx, groups):
        return {}

    monkeypatch.setattr(import_job, "_write", too_late)
    await run_import(market.platform, started.id.bytes)

    done = await product.import_(seller[1], started.id)
    [bad] = (await product.bad_rows(seller[1], import_id=done.id)).items
    assert (done.state, bad.line, bad.errors[0].code) == (ImportState.REJECTED, 3, "taken")
    [mine] = (await product.list_products(market.ctx)).items
    assert mine.titles == {"en": "Mine"}


@pytest.mark.parametrize(
    ("row", "field", "code"),
    [
        ({"product": ""}, "product", "required"),
        ({"titles": {}}, "titles", "required"),
        ({"titles": {"??": "x"}}, "titles", "language"),
        ({"price_minor": -1}, "price.minor", "range"),
        ({"price_minor": 2**63}, "", "json"),
        ({"price_minor": "12.5"}, "price_minor", "shape"),
        ({"currency": "eur"}, "price.currency", "pattern"),
        ({"category": "nowhere"}, "category", "unknown"),
        ({"gtin": "123"}, "gtin", "check_digit"),
        ({"options": {"glaze": "Dark Clay"}}, "options.0.values.0.code", "pattern"),
        ({"attributes": {"colour": "red"}}, "attributes", "unknown"),
        ({"nobody_asks": 1}, "", "shape"),
        ({"titles": {"en": "a\0b"}}, "", "json"),
    ],
)
async def test_a_bad_row_is_named_with_its_line_and_field(market, row, field, code):
    seller = await market.seller()
    good = {"product": "A", "titles": {"en": "Pot"}, "price_minor": 5, "currency": "EUR"}
    text = lines(json.dumps(good | {"product": "B"}), "", json.dumps(good | row))

    done = await run(market, seller, text, form=ImportFormat.JSONL)

    bad = (await product.bad_rows(seller[1], import_id=done.id)).items
    assert done.state is ImportState.REJECTED
    assert [(one.line, one.errors[0].field, one.errors[0].code) for one in bad] == [(3, field, code)]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("product,price_minor\nA,5\n", 1),
        ("product,title:en,price_minor,currency,wood\n", 1),
        ("product,product,price_minor,currency\n", 1),
        ('product,title:en,price_minor,currency\nA,Pot,5,EUR\n"B,Bowl,5,EUR\n', 3),
        ("product,title:en,price_minor,currency\nA,Pot,5\n", 2),
        ("product,title:en,price_minor,currency\nA,Pot,5,EUR\nA,,6,EUR\n", 3),
        ("product,option:size,title:en,price_minor,currency\nA,s,Pot,5,EUR\nA,l,Other,6,EUR\n", 3),
        ("product,option:size,title:en,price_minor,currency\nA,s,Pot,5,EUR\nA,,,6,EUR\n", 3),
        ("product,option:size,title:en,price_minor,currency\nA,s,Pot,5,EUR\nA,l,,6,USD\n", 3),
        ("product,title:en,price_minor,currency\nA,Pot,5,EUR\nB," + "x" * 70_000 + ",5,EUR\n", 3),
    ],
)
async def test_a_csv_file_that_cannot_be_read_says_where(market, text, line):
    seller = await market.seller()

    done = await run(market, seller, text)

    bad = (await product.bad_rows(seller[1], import_id=done.id)).items
    assert (done.state, [one.line for one in bad]) == (ImportState.REJECTED, [line])
    assert (await counts(market))["product"] == 0


async def test_an_empty_file_is_no_import(market):
    seller = await market.seller()
    done = await run(market, seller, "product,title:en,price_minor,currency\n")
    assert done.state is ImportState.REJECTED


async def test_where_products_are_reviewed_imported_ones_are_drafts(markets):
    market = await markets(terms=[ProductReview(new_products=True)])
    seller = await market.seller()

    await run(market, seller, many(2))

    kept = (await product.products_of_shop(seller[1], shop_id=seller[0].id)).items
    assert {one.state for one in kept} == {ProductState.DRAFT}
    assert (await product.list_products(market.ctx)).items == []
    assert await market.verify() == []


async def test_one_import_at_a_time_and_in_its_order(market):
    seller = await market.seller()
    opened, ctx = seller
    begun = await product.begin_import(ctx, shop_id=opened.id, form=ImportFormat.CSV)
    with pytest.raises(ImportRunning):
        await product.begin_import(ctx, shop_id=opened.id, form=ImportFormat.CSV)
    await product.add_part(ctx, import_id=begun.id, number=2, text="x")
    for parts in (1, 2, 3):
        with pytest.raises(ImportIncomplete):
            await product.start_import(ctx, import_id=begun.id, parts=parts)
    await product.cancel_import(ctx, import_id=begun.id)
    with pytest.raises(ImportStateWrong):
        await product.add_part(ctx, import_id=begun.id, number=1, text="x")
    again = await product.begin_import(ctx, shop_id=opened.id, form=ImportFormat.CSV)
    assert [one.id for one in (await product.imports(ctx, shop_id=opened.id)).items] == [again.id, begun.id]


async def test_seller_a_cannot_see_or_touch_the_imports_of_seller_b(market):
    seller = await market.seller()
    opened, ctx = seller
    await make(seller, code="X")
    begun = await product.begin_import(ctx, shop_id=opened.id, form=ImportFormat.CSV)
    _, other = await market.seller("other")

    for doing in (
        lambda who: product.begin_import(who, shop_id=opened.id, form=ImportFormat.CSV),
        lambda who: product.add_part(who, import_id=begun.id, number=1, text="x"),
        lambda who: product.start_import(who, import_id=begun.id, parts=1),
        lambda who: product.cancel_import(who, import_id=begun.id),
        lambda who: product.import_(who, begun.id),
        lambda who: product.imports(who, shop_id=opened.id),
        lambda who: product.bad_rows(who, import_id=begun.id),
        lambda who: product.export_products(who, shop_id=opened.id, form=ImportFormat.CSV),
    ):
        with pytest.raises(Forbidden):
            await doing(other)
        with pytest.raises(Unauthenticated):
            await doing(market.platform.context("bazaar"))
    with pytest.raises(ImportNotFound):
        await product.import_(market.platform.context("fair", actor=ctx.actor), begun.id)
