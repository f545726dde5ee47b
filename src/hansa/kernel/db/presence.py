"""Whether the database is there, as one process sees it: said once when it goes, and once when it is back.

A dozen loops meet a restart of the server at the same time. None of them has more to say of it than the others,
so they leave it to this, and go on.
"""

from __future__ import annotations

import logging
import time

from hansa.kernel.db.errors import DatabaseUnavailable
from hansa.kernel.db.faults import crowded, cut, hung_up, not_there, words

_log = logging.getLogger("hansa.database")


class Presence:
    """What a process last knew of its database. `gone` is asked before every transaction, so it is plain."""

    def __init__(self) -> None:
        self.gone = False
        self._since = 0.0

    def missed(self, error: BaseException) -> bool:
        """Take note of what went wrong while connecting; tell whether it is that the database is away."""
        if not_there(error) and not self.gone:
            self.gone, self._since = True, time.monotonic()
            _log.warning("the database is not there: %s", words(error) or _told(error))
        return self.explains(error)

    def met(self) -> None:
        """Take note that the database answers."""
        if self.gone:
            self.gone = False
            _log.warning("the database is there again, after %.1f s", time.monotonic() - self._since)

    def explains(self, error: BaseException) -> bool:
        """Tell whether an error is only that the database is away, or was for a moment."""
        if isinstance(error, BaseExceptionGroup):
            return all(self.explains(one) for one in error.exceptions)
        if hung_up(error) or cut(error):
            return True
        if isinstance(error, DatabaseUnavailable):
            return not crowded(error)
        return self.gone and not_there(error)  # else it may be another server that is not there


def _told(error: BaseException) -> str:
    """Return what the operating system said, at the root of an error."""
    while error.__cause__ is not None:
        error = error.__cause__
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
