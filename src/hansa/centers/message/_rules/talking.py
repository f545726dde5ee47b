"""What may be said in a conversation, when somebody is told of it, and how its state moves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from hansa.centers.message.types import ConversationState, Side
from hansa.kernel.problem import FieldError
from hansa.kernel.texts import plain_errors

TEXT_MAX = 2_000
NOTE_MAX = 500
PICTURES_MAX = 9
SAID_MAX = 30
"""Messages of one party within `SAID_WINDOW`, over all its conversations."""
SAID_WINDOW = timedelta(minutes=1)
STARTED_MAX = 20
"""Conversations that one party starts within `STARTED_WINDOW`."""
STARTED_WINDOW = timedelta(hours=1)
TELL_AGAIN = timedelta(days=1)
"""Whoever was told of unread messages is told again of more only after this time, unless they read in between."""

_OPEN, _CLOSED, _BLOCKED = ConversationState.OPEN, ConversationState.CLOSED, ConversationState.BLOCKED
TRANSITIONS = frozenset(
    {(_OPEN, _CLOSED), (_CLOSED, _OPEN), (_OPEN, _BLOCKED), (_CLOSED, _BLOCKED), (_BLOCKED, _OPEN)}
)


def may_move(
    state: ConversationState, wanted: ConversationState, *, by: Side, blocked_by: Side | None
) -> bool:
    """Tell whether a side may bring a conversation from one state to another; who blocked it lifts that."""
    if state is _BLOCKED and by is not blocked_by:
        return False
    return (state, wanted) in TRANSITIONS


def draft_errors(text: str, media: Sequence[UUID]) -> list[FieldError]:
    """Say what is wrong with a message, every field at once: it has a text, or pictures, or both."""
    errors = plain_errors("text", text, length_max=TEXT_MAX, required=not media)
    if len(media) > PICTURES_MAX:
        errors.append(FieldError("media", "too_many", f"At most {PICTURES_MAX} pictures"))
    elif len(set(media)) < len(media):
        errors.append(FieldError("media", "repeated", "Each picture once"))
    return errors


def is_to_be_told(told_at: datetime | None, now: datetime) -> bool:
    """Tell whether a side is told of a new message: not again and again while it has not read."""
    return told_at is None or now - told_at >= TELL_AGAIN


def wait_s(times: Sequence[datetime], *, now: datetime, window: timedelta, most: int) -> int | None:
    """Return how many seconds are to be waited after `times`, the latest first; None when nothing is."""
    if len(times) < most:
        return None
    left = times[most - 1] + window - now
    return max(1, -(-left // timedelta(seconds=1))) if left > timedelta() else None
