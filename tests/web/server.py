"""A tiny server that shows the sample views with the real files and headers: for browsers in tests, and for eyes.

python tests/web/server.py [port]      then open http://127.0.0.1:8099/en/home
"""

from __future__ import annotations

import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from samples import PAGES, SAMPLES, sample

from hansa.web.assets import CACHE_FOR_EVER
from hansa.web.headers import PAGE_HEADERS

PHOTOGRAPH = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 320"><rect width="320" height="320" fill="#c9d3cd"/>'
    b'<rect y="220" width="320" height="100" fill="#9a8f80"/><circle cx="160" cy="180" r="80" fill="#55796b"/></svg>'
)
"""What somebody may have photographed."""


class Handler(BaseHTTPRequestHandler):
    """`/{language}/{sample}?theme=dark` is a page, `/static/...` a file; a form is answered by the same page."""

    protocol_version = "HTTP/1.1"  # a page's twenty files come over a few connections

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        asset = PAGES.assets.at(parts.path)
        if asset is not None:
            self._send(200, asset.body, asset.media_type, {"cache-control": CACHE_FOR_EVER})
            return
        if parts.path.startswith("/bazaar/api/pictures/"):
            self._send(200, PHOTOGRAPH, "image/svg+xml", {})
            return
        if parts.path.startswith(
            "/bazaar/"
        ):  # where the samples lead: nothing new, as a page that looks again is told
            self._send(204, b"", "text/plain", {})
            return
        language, _, name = parts.path.strip("/").partition("/")
        if language not in {"en", "zh"} or name not in SAMPLES:
            self._send(404, b"no such sample", "text/plain", {})
            return
        theme = parse_qs(parts.query).get("theme", ["system"])[0]
        page = PAGES.render(sample(name, language, theme=theme))
        self._send(200, page.encode(), "text/html; charset=utf-8", dict(PAGE_HEADERS))

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self._send(204, b"", "text/plain", {})

    def _send(self, status: int, body: bytes, media_type: str, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"content-type": media_type, "content-length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing: a browser asks for much."""


def serve(port: int = 0) -> ThreadingHTTPServer:
    """Start on a free port (or the given one) in a thread of its own; `shutdown()` ends it."""
    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


if __name__ == "__main__":
    running = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 8099), Handler)
    running.serve_forever()
