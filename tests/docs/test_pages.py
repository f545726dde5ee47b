"""The pages hold together: links lead somewhere, code that can be run is run, nothing is left half-written."""

from __future__ import annotations

import re
import tomllib

import pytest

from docs.pages import DOCS, ROOT, RUN, Page, matches, pages
from hansa.app import CENTERS
from hansa.kernel.business import Business
from hansa.kernel.plan import KERNEL_POINTS, Code

ALL = pages()
WRITTEN = [page for page in ALL if not page.name.startswith("docs/reference/")]
TAUGHT = [page for page in WRITTEN if page.name.startswith(("docs/tutorial", "docs/howto"))]


def by_name(page):
    return page.name


@pytest.mark.parametrize("page", ALL, ids=by_name)
def test_every_link_leads_somewhere(page):
    for link in page.links():
        if re.match(r"[a-z]+:", link):
            continue
        where, _, anchor = link.partition("#")
        target = (page.path.parent / where).resolve() if where else page.path
        assert target.exists(), f"{page.name} links to {link}"
        if anchor:
            assert anchor in Page(target).anchors, f"{page.name} links to {link}, which has no such heading"


@pytest.mark.parametrize("page", TAUGHT, ids=by_name)
def test_code_that_is_taught_is_run(page):
    for block in page.blocks:
        if block.language in RUN:
            assert block.mark == "example", f"{page.name}:{block.line}: no test runs this block"
    names = [block.name for block in page.examples()]
    assert len(names) == len(set(names)), page.name
    assert page.outputs.keys() <= set(names), page.name


@pytest.mark.parametrize("page", WRITTEN, ids=by_name)
def test_every_page_has_one_title_and_nothing_left_open(page):
    assert re.match(r"# \S", page.text), page.name
    assert len(re.findall(r"^# ", page.prose, re.MULTILINE)) == 1, page.name
    assert not re.search(r"\b(TODO|TBD|FIXME|lorem ipsum)\b", page.text), page.name


def test_every_page_is_on_the_way_from_the_index():
    reached, waiting = set(), [DOCS / "README.md", ROOT / "README.md"]
    while waiting:
        path = waiting.pop()
        if path in reached or path.suffix != ".md":
            continue
        reached.add(path)
        for link in Page(path).links():
            if not re.match(r"[a-z]+:", link):
                target = (path.parent / link.partition("#")[0]).resolve()
                waiting.append(target if target.is_file() else path)

    assert {page.name for page in ALL} - {path.relative_to(ROOT).as_posix() for path in reached} == set()


def test_the_navigation_names_every_page_once():
    listed = re.findall(r"([\w/.-]+\.md)\s*$", (ROOT / "mkdocs.yml").read_text("utf-8"), re.MULTILINE)
    there = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")}

    assert len(listed) == len(set(listed))
    assert there - set(listed) == set(), "add them to mkdocs.yml"
    assert set(listed) - there == set(), "take them out of mkdocs.yml"


def test_the_first_business_of_the_readme_compiles():
    (example,) = Page(ROOT / "README.md").examples("python")
    space: dict[str, object] = {}
    exec(compile(example.text, "README.md", "exec", dont_inherit=True), space)  # noqa: S102 - our own page
    (business,) = (value for value in space.values() if isinstance(value, Business))

    plan = Code.of(CENTERS, packages=[business], points=KERNEL_POINTS).compile()

    assert business.path in plan.businesses


def test_the_commands_of_the_readme_exist():
    targets = re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    for block in Page(ROOT / "README.md").blocks:
        for target in re.findall(r"^make (\w+)", block.text, re.MULTILINE):
            assert target in targets


def test_files_shown_in_toml_can_be_read():
    for page in TAUGHT:
        for block in page.examples("toml"):
            assert tomllib.loads(block.text), f"{page.name}:{block.line}"


def test_an_output_is_compared_line_by_line_in_order():
    printed = "one  1\ntwo\nthree at 12:03\n"

    assert matches("one 1\nthree at ...", printed) == []
    assert matches("three at ...\none 1", printed) == ["one 1"]
    assert matches("four", printed) == ["four"]


RUN_HERE = [page for page in TAUGHT if page.examples("python") and page.name != "docs/tutorial.md"]


@pytest.mark.parametrize("page", RUN_HERE, ids=by_name)
def test_the_python_of_a_page_runs_from_top_to_bottom(page):
    """Examples that are files of a package bear its path as their name; `test_tutorial` runs those."""
    space: dict[str, object] = {"__name__": "page"}
    for block in page.examples("python"):
        if "/" not in block.name:
            exec(compile("\n" * block.line + block.text, page.name, "exec", dont_inherit=True), space)  # noqa: S102 - our own page


def test_the_manifest_of_a_play_is_what_its_page_says():
    page = Page(DOCS / "howto" / "write-a-play.md")
    space: dict[str, object] = {"__name__": "page"}
    for block in page.examples("python"):
        exec(compile(block.text, page.name, "exec", dont_inherit=True), space)  # noqa: S102 - our own page
    (manifest,) = page.examples("toml")

    business = space["codec"].read_toml(manifest.text)

    assert [play.play.name for play in business.plays] == ["threshold"]
