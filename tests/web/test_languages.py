"""A business says which languages it speaks by any tag (BCP 47); the pages speak theirs."""

from __future__ import annotations

from uuid import uuid4

import pytest
from surfer import Surfer

from hansa.cli.business import new
from hansa.web.i18n import spoken

pytestmark = [pytest.mark.timeout(300), pytest.mark.enable_socket]


@pytest.fixture
def as_written(front, tmp_path):
    """The path of a business whose manifest is as `hansa business new` writes it, with a Chinese name added."""
    path, file = f"tea-{uuid4().hex[:12]}", tmp_path / "tea.toml"
    new(path, title="Tea Club", file=file)
    plans, db = front.house.platform.plans, front.house.platform.db
    text = file.read_text().replace('en = "Tea Club"', 'en = "Tea Club", zh-Hans = "茶社"')

    async def publish():
        async with db.transaction() as tx:
            await plans.publish(tx, [plans.codec.read_toml(text)], by="ada")

    async def take_back():
        async with db.transaction() as tx:
            await plans.rollback(tx, by="ada")

    front.do(publish())
    yield path
    front.do(take_back())


@pytest.fixture
def reads(front, as_written):
    """What a browser of a language is shown at the door of the business."""

    def read(language):
        visitor = Surfer(front.url, language=language)
        try:
            return visitor.open(f"/{as_written}/").text
        finally:
            visitor.client.close()

    return read


@pytest.mark.parametrize("browser", ["zh-Hans", "zh-CN", "zh", "zh-Hant", "zh-TW,zh;q=0.9,en;q=0.5"])
def test_a_chinese_browser_reads_the_new_business_in_chinese(reads, browser):
    page = reads(browser)

    assert '<html lang="zh-Hans"' in page
    assert "茶社" in page


@pytest.mark.parametrize("browser", ["en-GB", "de", "*"])
def test_every_other_browser_reads_it_in_its_first_language(reads, browser):
    page = reads(browser)

    assert '<html lang="en"' in page
    assert "Tea Club" in page


@pytest.mark.parametrize(
    ("languages", "pages"),
    [
        (["en", "zh-Hans"], ["en", "zh"]),
        (["zh-Hant-TW", "zh-Hans", "en-GB"], ["zh", "en"]),
        (["de", "zh-CN"], ["zh"]),
        (["de"], ["en", "zh"]),
        ([], ["en", "zh"]),
    ],
)
def test_pages_speak_what_the_business_speaks_as_far_as_they_can(languages, pages):
    assert spoken(languages) == pages
