"""What is declared is documented: the reference is what the code says now, and no promise in it is broken."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tools.reference import FOLDER, House, generated

from hansa.kernel.outbox.schemas import incompatibilities, schemas

DOCS = FOLDER.parent
HINT = "run `make docs` and commit what it writes"


@pytest.fixture(scope="module")
def house():
    return House.of_code()


@pytest.fixture(scope="module")
def reference(house):
    return generated(house)


def test_events_keep_their_promises(house):
    broken = list(incompatibilities(schemas(house.centers), FOLDER / "events"))

    assert not broken, "\n".join(broken)


def test_the_reference_is_what_the_code_says(reference):
    kept = {name: (FOLDER / name).read_text("utf-8") for name in reference if (FOLDER / name).exists()}
    outdated = sorted(name for name, text in reference.items() if kept.get(name) != text)

    assert not outdated, f"{', '.join(outdated)} in docs/reference: {HINT}"


def test_the_reference_holds_nothing_else(reference):
    """Event schemas stay when their event is gone: somebody may still have to read what was told."""
    there = {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file()}

    assert {name for name in there - reference.keys() if not name.startswith("events/")} == set()


def test_every_thing_declared_stands_on_its_page(house, reference):
    declared = {
        "points.md": [f"### {point.name}\n" for point in house.code.points],
        "events.md": [
            f"### {kind.topic}, version {kind.version}\n" for c in house.centers for kind in c.events
        ],
        "problems.md": [f"`{kind.code}`" for kind in house.problems],
        "terms.md": [f"import {kind.__name__}`" for kind in house.code.terms],
        "api.md": [f"`{permission}`" for c in house.centers for permission in c.permissions],
    }
    for page, expected in declared.items():
        assert expected, page
        assert [what for what in expected if what not in reference[page]] == []


@pytest.mark.parametrize("name", [center.name for center in House.of_code().centers])
def test_every_center_has_its_page(name):
    page = DOCS / "centers" / f"{name}.md"

    assert page.exists(), f"docs/centers/{name}.md is missing"
    assert re.match(rf"# {name}\n", page.read_text("utf-8"), re.IGNORECASE)


def test_every_page_of_a_center_names_its_points_events_and_permissions(house):
    for center in house.centers:
        text = (DOCS / "centers" / f"{center.name}.md").read_text("utf-8")
        names = [*(point.name for point in center.points), *center.permissions]
        missing = [name for name in names if name not in text]
        assert not missing, f"docs/centers/{center.name}.md does not mention {', '.join(missing)}"


def test_every_decision_is_numbered_and_listed():
    pages = sorted(path for path in (DOCS / "adr").glob("*.md") if path.name != "README.md")
    index = (DOCS / "adr" / "README.md").read_text("utf-8")

    for number, path in enumerate(pages, 1):
        assert path.name.startswith(f"{number:04d}-"), (
            f"{path.name}: number {number} is missing or taken twice"
        )
        title = path.read_text("utf-8").partition("\n")[0]
        assert title.startswith(f"# {number}. "), f"{path.name} begins with {title!r}"
        assert f"[{title.removeprefix(f'# {number}. ')}]({path.name})" in index, f"{path.name} is not listed"


def test_nothing_is_listed_twice_or_gone():
    index = (DOCS / "adr" / "README.md").read_text("utf-8")
    linked = re.findall(r"\]\((\d{4}-[^)]+)\)", index)

    assert len(linked) == len(set(linked))
    assert all(Path(DOCS / "adr" / name).exists() for name in linked)
