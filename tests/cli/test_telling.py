"""What the command line says when it cannot: each mistake is one sentence that names the thing."""

from __future__ import annotations

import asyncio
import tomllib
from types import SimpleNamespace

import pytest

from hansa.app import code
from hansa.cli import business, reading
from hansa.cli.failure import Failure, sentences_of
from hansa.kernel.plan import PlanInvalid
from hansa.kernel.plan.errors import CompileError

pytestmark = [pytest.mark.timeout(180), pytest.mark.enable_socket]


def test_what_is_wrong_with_a_plan_is_said_once():
    wrong = [
        CompileError("unknown_term", "tea: there is no term pear"),
        CompileError("hosts", "tea: two hosts"),
    ]

    assert sentences_of(PlanInvalid(wrong)) == [
        "These businesses do not fit together.",
        "tea: there is no term pear",
        "tea: two hosts",
    ]


@pytest.mark.parametrize("command", ["check", "publish"])
def test_a_manifest_that_is_not_toml_is_named(hansa, command):
    (hansa.folder / "tea.toml").write_text('path = "tea"\ntitle = \n')
    done = hansa.run("business", command, "tea.toml")

    assert done.returncode == 1
    assert done.stderr.startswith("hansa: tea.toml is not TOML: ")
    assert "line 2" in done.stderr


def test_an_order_that_cannot_be_is_no_riddle():
    with pytest.raises(Failure, match=r"^ord_x cannot be the id of an order\.$"):
        reading.explain("ord_x")


def test_explain_says_whether_the_point_or_the_business_is_missing(monkeypatch):
    plans = SimpleNamespace(current=code().compile())
    monkeypatch.setattr(
        reading, "with_platform", lambda work: asyncio.run(work(SimpleNamespace(plans=plans)))
    )

    with pytest.raises(Failure, match=r"^There is no business nope; `hansa business list` names them\.$"):
        reading.explain("trade.layers", business="nope")
    with pytest.raises(
        Failure, match=r"^There is no extension point trade\.lairs; `hansa points` lists them\. An order"
    ):
        reading.explain("trade.lairs", business="nope")
    with pytest.raises(Failure, match=r"^There is no extension point sku_01m8; "):
        reading.explain("sku_01m8")
    with pytest.raises(Failure, match=r"add --business NAME"):
        reading.explain("trade.layers")


@pytest.mark.parametrize(
    "title", ['The "Tea" Club', "C:\\tea", "茶社", "a tab\tand\na line", "delete\x7f", "\u200b"]
)
def test_a_new_manifest_says_the_title_as_it_was_given(tmp_path, title):
    manifest = tmp_path / "tea.toml"
    business.new("tea", title=title, file=manifest)

    assert tomllib.loads(manifest.read_text())["title"] == {"en": title}


def test_a_manifest_may_begin_with_the_mark_of_an_editor(monkeypatch, tmp_path):
    read = []
    monkeypatch.setattr(business, "with_platform", lambda _work: read.append(True) or "nothing changes")
    marked, deep = tmp_path / "tea.toml", tmp_path / "deep.toml"
    marked.write_bytes(b'\xef\xbb\xbfpath = "tea"\n')
    deep.write_text(f"x = {'[' * 5000}{']' * 5000}")

    business.check(marked)
    assert read
    with pytest.raises(Failure, match=r"deep\.toml is nested too deeply to be a manifest\.$"):
        business.check(deep)


def test_a_database_that_is_not_there_is_named(hansa):
    hansa_url = f"postgresql://hansa:secret@127.0.0.1:{hansa.port}/hansa"
    done = hansa.run("migrate", HANSA_DATABASE_URL=hansa_url)

    assert done.returncode == 1
    assert done.stderr.endswith(
        "hansa: The database is not answering just now, please try again in a moment: "
        f"nothing listens at 127.0.0.1:{hansa.port}.\n"
    )
