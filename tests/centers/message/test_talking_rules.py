"""Who may say what how often, and how a conversation's state moves."""

from datetime import UTC, datetime, timedelta
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from hansa.centers.message._rules.talking import TELL_AGAIN, is_to_be_told, may_move, wait_s
from hansa.centers.message.types import ConversationState, Side

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@given(st.lists(st.integers(0, 59_999), max_size=40), st.integers(1, 35))
def test_after_the_wait_there_is_room_again_and_not_before(ago_ms, most):
    times = sorted((NOW - timedelta(milliseconds=ms) for ms in ago_ms), reverse=True)
    wait = wait_s(times, now=NOW, window=MINUTE, most=most)
    within = [at for at in times if at > NOW - MINUTE]
    assert (wait is not None) == (len(within) >= most)
    if wait is not None:
        then = NOW + timedelta(seconds=wait)
        assert len([at for at in times if at > then - MINUTE]) < most
        assert 1 <= wait <= 60


def test_every_move_is_either_allowed_or_not_and_a_block_is_lifted_by_who_set_it():
    open_, closed, blocked = ConversationState
    for state, wanted, by, blocked_by in product(ConversationState, ConversationState, Side, [None, *Side]):
        if (state is blocked) != (blocked_by is not None):
            continue
        allowed = may_move(state, wanted, by=by, blocked_by=blocked_by)
        if state is wanted:
            assert not allowed
        elif state is blocked:
            assert allowed == (wanted is open_ and by is blocked_by)
        else:
            assert allowed
    assert closed is ConversationState.CLOSED


def test_who_was_told_is_told_again_after_a_day():
    assert is_to_be_told(None, NOW)
    assert not is_to_be_told(NOW, NOW)
    assert not is_to_be_told(NOW, NOW + TELL_AGAIN - timedelta(seconds=1))
    assert is_to_be_told(NOW, NOW + TELL_AGAIN)
