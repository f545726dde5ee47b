"""Which events there are and who takes them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from hansa.kernel.event import Event, Handler

if TYPE_CHECKING:
    from hansa.kernel.center import Center

EventKey = tuple[str, int]


class UnknownEvent(LookupError):
    """An event whose topic and version nobody here declares: told by newer code, or by code since removed."""


class Registry:
    """All events and handlers of the platform. Raises `ValueError` for two under one name."""

    def __init__(self, events: Iterable[type[Event]], handlers: Iterable[Handler[Any]]) -> None:
        self.events: dict[EventKey, type[Event]] = {}
        for kind in events:
            other = self.events.setdefault((kind.topic, kind.version), kind)
            if other is not kind:
                raise ValueError(f"{kind.topic} v{kind.version} is both {_full(other)} and {_full(kind)}")
        self.handlers: dict[str, Handler[Any]] = {}
        for handler in handlers:
            self._add(handler)

    @classmethod
    def of(cls, centers: Sequence[Center]) -> Registry:
        """Collect what the centers declare."""
        return cls(
            [kind for center in centers for kind in center.events],
            [handler for center in centers for handler in center.handlers],
        )

    def decode(self, topic: str, version: int, payload: str) -> Event:
        """Read an event. Raises `UnknownEvent`, or `msgspec.MsgspecError` when it does not fit its schema."""
        kind = self.events.get((topic, version))
        if kind is None:
            raise UnknownEvent(f"this code knows no event {topic} v{version}")
        return msgspec.json.decode(payload, type=kind)

    def _add(self, handler: Handler[Any]) -> None:
        if handler.name in self.handlers:
            raise ValueError(f"two handlers are called {handler.name}")
        if (handler.handle is None) == (handler.send is None):
            raise ValueError(f"handler {handler.name} needs exactly one of `handle` and `send`")
        for kind in handler.events:
            if self.events.get((kind.topic, kind.version)) is not kind:
                raise ValueError(f"handler {handler.name} takes {_full(kind)}, which no center declares")
        self.handlers[handler.name] = handler


def _full(kind: type[Event]) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"
