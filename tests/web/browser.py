"""The browser of the page tests: the system's Chromium, or the one Playwright was told to install."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def found() -> str:
    """The path of a Chromium, or an empty string. HANSA_CHROMIUM names one that is not on PATH."""
    named = os.environ.get("HANSA_CHROMIUM", "")
    return named or next((path for name in _NAMES if (path := shutil.which(name))), "") or _of_playwright()


def _of_playwright() -> str:
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else ""


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless browser that talks to nobody but the pages it is shown; its profile is thrown away."""
    arguments = ["--disable-background-networking", "--disable-component-update", "--no-first-run"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--no-sandbox")  # Chromium's sandbox refuses root
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found(), headless=True, args=arguments)
        yield browser
        browser.close()
