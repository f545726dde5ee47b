"""How long to wait before the next attempt, and when to stop."""

from __future__ import annotations

from datetime import datetime, timedelta

ATTEMPTS_MAX = 16
"""First at once, then over about four days: a receiver may be down for a long week-end."""
_FIRST_S = 5.0
_FACTOR = 4.0
_LONGEST_S = 12 * 3600.0
_JITTER = 0.2


def pause(attempts: int, *, jitter: float, asked_s: float | None = None) -> timedelta | None:
    """Return the pause after so many failed attempts, `None` when there were enough.

    `jitter`, from 0 to 1, moves it by up to a fifth either way, so that what failed together does not come
    again together. `asked_s` is the receiver's own Retry-After: waited for, no longer than the longest pause.
    """
    if attempts >= ATTEMPTS_MAX:
        return None
    pause_s = min(_FIRST_S * _FACTOR ** (attempts - 1), _LONGEST_S)
    pause_s *= 1 - _JITTER + 2 * _JITTER * jitter
    return timedelta(seconds=max(pause_s, min(asked_s or 0, _LONGEST_S)))


def is_given_up(failing_since: datetime | None, *, now: datetime, after: timedelta) -> bool:
    """Tell whether an endpoint has failed for so long, without one success, that nothing is sent any more."""
    return failing_since is not None and now - failing_since >= after


def retry_after_s(header: str | None) -> float | None:
    """Read a Retry-After in seconds (RFC 9110 10.2.3); dates are not waited for, their clock is the receiver's."""
    if header is None or not header.strip().isascii() or not header.strip().isdigit():
        return None
    return float(header.strip()[:9])
