"""What operators' machines ask: is it alive, is it ready, how is it doing."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from typing import Final

import msgspec

from hansa.kernel.problem import NotFound
from hansa.kernel.settings import Settings
from hansa.kernel.telemetry.metrics import CONTENT_TYPE, Metrics

OPERATIONS: Final = frozenset({"/health/live", "/health/ready", "/metrics"})
"""The addresses that are answered here, before any business is looked for."""

_THIS_MACHINE = frozenset({"127.0.0.1", "::1", ""})  # empty: a Unix socket

Ready = Callable[[], Awaitable[str]]
"""Returns what is not ready, in a sentence; empty when everything is."""


class Operations:
    """Answers `/health/live`, `/health/ready` and `/metrics`."""

    def __init__(self, settings: Settings, metrics: Metrics, *, ready: Ready) -> None:
        self._token = settings.metrics_token
        self._metrics = metrics
        self._ready = ready

    async def answer(self, path: str, *, client: str, authorization: str) -> tuple[int, str, bytes] | None:
        """Return status, media type and body; None when the path is none of ours."""
        if path == "/health/live":
            return _json(200, "alive")
        if path == "/health/ready":
            missing = await self._ready()
            return _json(503, missing) if missing else _json(200, "ready")
        if path == "/metrics":
            if not self._may_read(client, authorization):
                raise NotFound
            return 200, CONTENT_TYPE, self._metrics.render()
        return None

    def _may_read(self, client: str, authorization: str) -> bool:
        if self._token:
            return hmac.compare_digest(authorization.encode(), f"Bearer {self._token.reveal()}".encode())
        return client in _THIS_MACHINE


def _json(status: int, state: str) -> tuple[int, str, bytes]:
    return status, "application/json", msgspec.json.encode({"state": state})
