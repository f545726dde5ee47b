"""Assortments come in from files and go out to them, by command."""

import asyncio
import csv
import json

import pytest

from hansa.centers.product import api as product
from hansa.centers.product.types import ImportState
from hansa.centers.search.types import Progress
from hansa.centers.shop import api as shop
from hansa.centers.shop.types import SHOP_ID
from hansa.cli import products, screen
from hansa.cli.failure import Failure
from hansa.cli.pace import Pace, now_and_then
from hansa.cli.products import Stand, export_file, import_file
from hansa.cli.search import paced

HEAD = "product,title:en,title:zh,price_minor,currency"


def rows(count, *, bad=()):
    made = [f"T-{n},Teapot {n},茶壶 {n},{'' if n in bad else 1000 + n},CNY" for n in range(count)]
    return "\n".join([HEAD, *made]) + "\n"


@pytest.fixture
async def stand(house):
    """A shop, as the command line names it, and its id."""
    shop_id = (await house.seller()).shop_id
    [found] = (await shop.shops(house.system, [shop_id])).values()
    return Stand(business=house.business, shop=found.slug), shop_id


@pytest.fixture
def told():
    """What was told on the way."""
    return []


async def bring(house, stand, file, told, text):
    file.write_text(text, encoding="utf-8")
    report = file.with_suffix(".bad.csv")
    return await import_file(house.platform, stand, file, "csv", report, tell=told.append)


async def test_a_file_comes_in_whole_and_goes_out_again(house, stand, told, tmp_path):
    where, shop_id = stand
    by_id = Stand(business=where.business, shop=SHOP_ID.show(shop_id))
    done = await bring(house, by_id, tmp_path / "teapots.csv", told, rows(250))

    assert (done.state, done.rows, done.bad_rows, done.report) == ("done", 250, 0, None)
    assert told[0] == "handing in, 251 lines"
    for form in ("csv", "jsonl"):
        with (tmp_path / f"out.{form}").open("w+", encoding="utf-8", newline="") as out:
            written = await export_file(house.platform, where, out, form, tell=told.append)
            out.seek(0)
            lines = out.read().splitlines()
        assert (written.products, written.rows) == (250, 250)
        assert len(lines) == 250 + (form == "csv")
    assert json.loads(lines[-1]) == {
        "product": "T-0",
        "titles": {"en": "Teapot 0", "zh": "茶壶 0"},
        "price_minor": 1000,
        "currency": "CNY",
    }
    kept = await product.products_of_shop(house.system, shop_id=shop_id, limit=1)
    assert kept.items[0].titles["zh"].startswith("茶壶")


async def test_every_bad_row_stands_in_the_report_and_nothing_is_imported(house, stand, told, tmp_path):
    where, shop_id = stand
    done = await bring(house, where, tmp_path / "teapots.csv", told, rows(250, bad={0, *range(100, 220)}))

    assert (done.state, done.rows, done.bad_rows) == ("rejected", 250, 121)
    with (tmp_path / "teapots.bad.csv").open(encoding="utf-8", newline="") as report:
        wrong = list(csv.DictReader(report))
    assert [int(one["line"]) for one in wrong] == [2, *range(102, 222)]
    assert {(one["field"], one["code"]) for one in wrong} == {("price_minor", "required")}
    assert (await product.products_of_shop(house.system, shop_id=shop_id)).items == []


@pytest.mark.parametrize("text", [b"\xff\xfe", b"", b"product\0"])
async def test_what_is_no_text_leaves_the_shop_free_for_the_next(house, stand, told, tmp_path, text):
    where, shop_id = stand
    file = tmp_path / "teapots.csv"
    file.write_bytes(text)

    with pytest.raises(Exception) as wrong:  # noqa: PT011 - a failure of the command or a problem of the center
        await import_file(house.platform, where, file, "csv", tmp_path / "bad", tell=told.append)

    assert isinstance(wrong.value, Failure) or wrong.value.code == "request.invalid"
    [one] = (await product.imports(house.system, shop_id=shop_id)).items
    assert one.state is ImportState.CANCELLED
    assert (await bring(house, where, file, told, rows(2))).state == "done"


async def test_whoever_is_interrupted_leaves_nothing(house, stand, told, tmp_path, monkeypatch):
    where, shop_id = stand
    wrote = asyncio.Event()
    look = product.import_

    async def looked(ctx, import_id):
        one = await look(ctx, import_id)
        if one.rows_written:
            wrote.set()
        return one

    monkeypatch.setattr(products, "_LOOK_EVERY_S", 0)
    monkeypatch.setattr(product, "import_", looked)
    bringing = asyncio.create_task(bring(house, where, tmp_path / "teapots.csv", told, rows(3_000)))
    await wrote.wait()
    bringing.cancel()  # as asyncio does for Ctrl-C
    with pytest.raises(asyncio.CancelledError):
        await bringing

    [one] = (await product.imports(house.system, shop_id=shop_id)).items
    assert one.state is ImportState.CANCELLED
    assert not await product.import_staged(house.system, one.id)
    assert (await product.products_of_shop(house.system, shop_id=shop_id)).items == []


async def test_an_unknown_business_or_shop_is_told(house, told, tmp_path):
    for where, code in (
        (Stand(business="nowhere", shop="kiln"), "business.unknown"),
        (Stand(business=house.business, shop="nobody-s-shop"), "shop.not_found"),
    ):
        with pytest.raises(Exception) as wrong:  # noqa: PT011 - problems, told by their code
            await bring(house, where, tmp_path / "teapots.csv", told, rows(1))
        assert wrong.value.code == code


@pytest.mark.enable_socket
@pytest.mark.timeout(300)
async def test_the_command_says_how_it_went(stand, house_settings, tmp_path, real):
    where, _ = stand
    database = {"HANSA_DATABASE_URL": house_settings.database_url.reveal()}

    async def run(*arguments):
        return await asyncio.to_thread(real.run, "products", *arguments, cwd=tmp_path, **database)

    at = ("--business", where.business, "--shop", where.shop)
    (tmp_path / "bad.csv").write_text(rows(3, bad={1}), encoding="utf-8")
    (tmp_path / "good.csv").write_text(rows(3), encoding="utf-8")

    bad = await run("import", "bad.csv", *at)
    good = await run("import", "good.csv", *at, "--json")
    out = await run("export", *at, "--format", "jsonl")
    unclear = await run("export", "goods.txt", *at)

    assert bad.returncode == 1
    assert bad.stderr.splitlines()[-2:] == [
        "hansa: Nothing was imported: 1 of 3 rows cannot be.",
        "       bad.csv.bad.csv says why, by line.",
    ]
    assert (
        (tmp_path / "bad.csv.bad.csv").read_text(encoding="utf-8").startswith("line,field,code,message\n3,")
    )
    told = json.loads(good.stdout)
    assert (good.returncode, told["state"], told["rows"], told["report"]) == (0, "done", 3, None)
    assert out.returncode == 0, out.stderr
    assert [json.loads(line)["product"] for line in out.stdout.splitlines()] == ["T-2", "T-1", "T-0"]
    assert (unclear.returncode, "--format" in unclear.stderr) == (1, True)


def test_a_pace_is_told_once_it_is_more_than_chance():
    now = [100.0]
    pace = Pace(100_000, now=lambda: now[0])
    now[0] += 0.5
    assert pace.told(4_000) == "4,000 of 100,000 rows"
    now[0] += 4.5
    assert pace.told(45_000) == "45,000 of 100,000 rows, 9,000 a second, 6 s left"
    assert pace.told(1_000) == "1,000 of 100,000 rows, 200 a second, 9 min left"
    assert pace.told(100_000) == "100,000 of 100,000 rows, 20,000 a second"
    assert Pace(None, of="products", now=lambda: now[0]).told(3) == "3 products"


def test_a_line_is_written_now_and_then_where_nobody_sees_it_change(told, monkeypatch):
    now = [100.0]
    tell = now_and_then(told.append, now=lambda: now[0])
    for _ in range(12):
        tell(f"at {now[0]:g}")
        now[0] += 1

    assert told == ["at 100", "at 105", "at 110"]
    monkeypatch.setattr(screen.err, "_force_terminal", True)
    assert now_and_then(told.append) == told.append


def test_a_rebuild_says_how_far_it_has_come(told):
    say = paced(told.append)
    say(Progress("products read", 200, 1_000))

    assert told == ["200 of 1,000 products read"]
