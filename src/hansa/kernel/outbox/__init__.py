"""The outbox: events are told in the transaction they are true in, and delivered after it commits.

Owns `kernel.outbox`, `kernel.subscription` and `kernel.parked`. Never loses an event and never skips one:
what a handler cannot take is parked, visible and replayable.

Invariants:
    - a reader never passes a transaction that is still open (fence: `xid < pg_snapshot_xmin`);
    - `handle` happens exactly once per event: the reader's place moves in the handler's own transaction;
    - `send` happens at least once;
    - events of one subject reach a handler in the order they were told: behind one that failed, the later ones
      wait. Transactions that tell of one subject have to take turns, by a lock on its row or by a lane; then the
      order holds whichever began first, as long as the slower one lets no more than 1,000 events pass meanwhile.
"""

from hansa.kernel.outbox._store import Place
from hansa.kernel.outbox.courier import Courier, deliver_all
from hansa.kernel.outbox.delivery import Patience
from hansa.kernel.outbox.exporting import BEGINNING, copy_events, fence
from hansa.kernel.outbox.parked import ParkedEvent, ParkedState, discard, parked, replay, replay_all
from hansa.kernel.outbox.registry import Registry, UnknownEvent
from hansa.kernel.outbox.upkeep import HandlerLag, lags, retain, subscribe

__all__ = [
    "BEGINNING",
    "Courier",
    "HandlerLag",
    "ParkedEvent",
    "ParkedState",
    "Patience",
    "Place",
    "Registry",
    "UnknownEvent",
    "copy_events",
    "deliver_all",
    "discard",
    "fence",
    "lags",
    "parked",
    "replay",
    "replay_all",
    "retain",
    "subscribe",
]
