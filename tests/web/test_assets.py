from __future__ import annotations

import gzip
import hashlib
import re
import tomllib
from pathlib import Path

from hansa.web import assets
from hansa.web.assets import STATIC, Assets

WEB = Path(assets.__file__).parent
FILES = Assets()


def served(name):
    """The file a browser gets when it follows the address of this one."""
    file = FILES.at(FILES.url(name))
    assert file is not None
    return file


_RAW_COLOUR = re.compile(
    r"#[0-9a-fA-F]{3,8}\b(?![^{]*\{)|\b(?:rgba?|hsla?|oklch|oklab|lab|lch|color)\(", re.ASCII
)
_NAMED_COLOUR = re.compile(
    r":\s*(?:white|black|red|green|blue|grey|gray|orange|yellow|purple|crimson|teal)\b"
)


def test_a_file_is_found_by_its_hash_alone():
    address = FILES.url("css/app.css")
    body = served("css/app.css").body
    assert re.fullmatch(r"/static/css/app\.[0-9a-f]{8}\.css", address)
    assert hashlib.sha256(body).hexdigest()[:8] in address
    assert FILES.at("/static/css/app.css") is None
    assert FILES.at("/static/../views.py") is None


def test_the_style_sheet_asks_for_fonts_under_their_hash():
    css = served("css/app.css").body.decode()
    addresses = re.findall(r'url\("([^"]+)"\)', css)
    assert addresses
    assert all(FILES.at(address) is not None for address in addresses)


def test_scripts_of_a_page_are_at_most_40_kb_packed():
    script = served("js/app.js")
    assert gzip.decompress(script.gzipped) == script.body
    assert len(script.gzipped) <= 40_000


def test_raw_colours_live_in_the_tokens_file_alone():
    for sheet in sorted((STATIC / "css").glob("*.css")):
        if sheet.name == "tokens.css":
            continue
        text = re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL)
        text = text.replace("color-mix(in oklab", "")
        assert not _RAW_COLOUR.search(text), (sheet.name, _RAW_COLOUR.search(text))
        assert not _NAMED_COLOUR.search(text), (sheet.name, _NAMED_COLOUR.search(text))


def test_drawings_and_templates_take_their_colours_from_tokens():
    drawings = [STATIC / "art.svg", *sorted((WEB / "templates").rglob("*.html"))]
    for path in drawings:
        paints = re.findall(r'(?:fill|stroke)="([^"]+)"', path.read_text(encoding="utf-8"))
        assert all(paint in {"none", "currentColor"} or paint.startswith("var(--") for paint in paints), path


def test_every_token_that_is_used_is_defined():
    css = served("css/app.css").body.decode()
    # set on an element by a class, or not at all: each use says what holds then
    local = {"--gap", "--tone", "--wash", "--wall", "--glaze", "--size", "--shape", "--mark", "--swatch"}
    defined = set(re.findall(r"(--[a-z0-9-]+)\s*:", css)) | local
    used = set(re.findall(r"var\((--[a-z0-9-]+)", css + (STATIC / "art.svg").read_text(encoding="utf-8")))
    assert used <= defined


def test_every_vendored_file_is_the_one_that_was_pinned():
    pinned = {}
    for package in tomllib.loads((WEB / "vendor.toml").read_text(encoding="utf-8"))["package"]:
        assert re.fullmatch(r"\d+\.\d+\.\d+", package["version"]), package["name"]
        assert any("LICENSE" in entry["to"] for entry in package["files"]), package["name"]
        for entry in (*package["files"], *([package["sprite"]] if "sprite" in package else [])):
            pinned[entry["to"]] = entry["sha256"]
    present = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (STATIC / "vendor").iterdir()
    }
    assert present == pinned
