"""Static files under names that carry their content's hash, so that a browser may keep them for ever.

Style sheets and scripts are joined when the process starts, in a fixed order: one request each, and no build.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
from collections.abc import Mapping
from pathlib import Path

import msgspec

STATIC = Path(__file__).resolve().parent / "static"

# Layers decide who wins, so the order here only has to put the layer list first.
_JOINED: Mapping[str, tuple[str, ...]] = {
    "css/app.css": (
        "css/tokens.css", "css/fonts.css", "css/base.css", "css/components.css", "css/pages.css", "css/desk.css",
        "css/operate.css", "css/figures.css", "css/print.css",
    ),
    "js/app.js": ("vendor/htmx.min.js", "js/elements.js"),
}  # fmt: skip

_TYPES = {".js": "text/javascript", ".svg": "image/svg+xml", ".woff2": "font/woff2", ".css": "text/css"}
_URL_IN_CSS = re.compile(r'url\("\.\./([^")]+)"\)')

CACHE_FOR_EVER = "public, max-age=31536000, immutable"


class Asset(msgspec.Struct, frozen=True):
    """One file as it is served: `gzipped` is empty where packing would not pay (fonts are packed already)."""

    url: str
    media_type: str
    body: bytes
    gzipped: bytes


class Assets:
    """Every static file, read once; ask by its plain name for a URL, by URL path for the file."""

    def __init__(self, *, prefix: str = "/static") -> None:
        self._prefix = prefix
        self._by_name: dict[str, Asset] = {}
        inside = {part for parts in _JOINED.values() for part in parts}
        plain = sorted(path for path in STATIC.rglob("*") if path.is_file())
        for path in plain:
            name = path.relative_to(STATIC).as_posix()
            if name not in inside:
                self._add(name, path.read_bytes())
        for name, parts in _JOINED.items():
            text = "\n".join((STATIC / part).read_text(encoding="utf-8") for part in parts)
            self._add(name, _URL_IN_CSS.sub(self._hashed_url, text).encode())
        self._by_url = {asset.url: asset for asset in self._by_name.values()}

    def url(self, name: str) -> str:
        """The address of a file, e.g. `css/app.css` -> `/static/css/app.3f9a1c20.css`; KeyError if there is none."""
        return self._by_name[name].url

    def at(self, path: str) -> Asset | None:
        """The file behind a URL path, or None: an old hash is not found rather than answered by a newer file."""
        return self._by_url.get(path)

    def names(self) -> tuple[str, ...]:
        """The plain names of all files, sorted."""
        return tuple(sorted(self._by_name))

    def _add(self, name: str, body: bytes) -> None:
        stem, dot, ending = name.rpartition(".")
        digest = hashlib.sha256(body).hexdigest()[:8]
        suffix = dot + ending
        media_type = _TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
        packs = media_type.startswith("text/") or suffix == ".svg"
        self._by_name[name] = Asset(
            url=f"{self._prefix}/{stem}.{digest}{suffix}",
            # Litestar adds the charset to every text/* by itself.
            media_type=f"{media_type}; charset=utf-8" if suffix == ".svg" else media_type,
            body=body,
            gzipped=gzip.compress(body, mtime=0) if packs else b"",
        )

    def _hashed_url(self, found: re.Match[str]) -> str:
        return f'url("{self.url(found.group(1))}")'
