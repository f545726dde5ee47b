"""Photograph the sample pages into tests/web/shots/, to be looked at: files are named page-language-theme-width.png.

python tests/web/shoot.py                          every page, English and Chinese, light and dark, phone and desk
python tests/web/shoot.py order zh dark 390        only what all words given fit
"""

from __future__ import annotations

import itertools
import sys
from pathlib import Path
from typing import Final, Literal

from browser import chromium
from samples import SAMPLES
from server import serve

SHOTS = Path(__file__).resolve().parent / "shots"
WIDTHS: Final = (390, 1440)
THEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")


def main(words: list[str]) -> None:
    """Take the pictures that fit the words."""
    SHOTS.mkdir(exist_ok=True)
    server = serve()
    wanted = [
        shot
        for shot in itertools.product(SAMPLES, ("en", "zh"), THEMES, WIDTHS)
        if all(word in {str(part) for part in shot} for word in words)
    ]
    with chromium() as browser:
        for name, language, theme, width in wanted:
            page = browser.new_page(
                viewport={"width": width, "height": 844 if width < 500 else 900}, color_scheme=theme
            )
            page.goto(f"http://127.0.0.1:{server.server_port}/{language}/{name}?theme={theme}")
            page.evaluate("document.fonts.ready.then(() => 0)")
            height = page.evaluate("document.documentElement.scrollHeight")
            page.set_viewport_size(
                {"width": width, "height": max(height, 700)}
            )  # or the phone's bar stands mid-page
            target = SHOTS / f"{name}-{language}-{theme}-{width}.png"
            page.screenshot(path=target, full_page=True)
            page.close()
            sys.stdout.write(f"{target.name}\n")
    server.shutdown()


if __name__ == "__main__":
    main(sys.argv[1:])
