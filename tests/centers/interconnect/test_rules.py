"""Signatures, pauses, secrets and scopes, whatever goes in."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hansa.centers.interconnect._rules import patience, scopes
from hansa.centers.interconnect._rules.signing import SECRET_OCTETS, make_secret, sign
from hansa.centers.interconnect._service.vault import Vault
from hansa.centers.interconnect.errors import SecretUnreadable

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def test_the_signature_is_the_one_of_the_specification():
    """The example that the specification's own libraries are tested with."""
    signed = sign(
        ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
        webhook_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp_s=1614265330,
        body=b'{"test": 2432232314}',
    )
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@given(st.binary(min_size=SECRET_OCTETS, max_size=SECRET_OCTETS))
def test_a_secret_is_written_as_receivers_read_it(random):
    secret = make_secret(random)
    assert secret.startswith("whsec_")
    assert base64.b64decode(secret.removeprefix("whsec_"), validate=True) == random


def test_a_short_secret_is_never_made():
    with pytest.raises(ValueError, match="octets"):
        make_secret(b"short")


@given(st.integers(1, 30), st.floats(0, 1), st.none() | st.floats(0, 10**9))
def test_pauses_grow_stay_within_half_a_day_and_come_to_an_end(attempts, jitter, asked_s):
    pause = patience.pause(attempts, jitter=jitter, asked_s=asked_s)
    if attempts >= patience.ATTEMPTS_MAX:
        assert pause is None
    else:
        assert timedelta(seconds=4) <= pause <= timedelta(hours=15)
        assert pause >= timedelta(seconds=min(asked_s or 0, 43_200))
        longer = patience.pause(attempts + 1, jitter=jitter, asked_s=asked_s)
        assert longer is None or longer >= pause


def test_what_failed_together_does_not_come_again_together():
    assert len({patience.pause(3, jitter=at / 10) for at in range(11)}) == 11


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("120", 120), (" 7 ", 7), ("", None), (None, None), ("-1", None), ("1.5", None), ("٣", None), ("9" * 50, 999_999_999),
     ("Wed, 21 Oct 2015 07:28:00 GMT", None)],
)  # fmt: skip
def test_a_wish_to_wait_is_read_as_seconds(header, seconds):
    assert patience.retry_after_s(header) == seconds


@given(st.timedeltas(timedelta(), timedelta(days=9)))
def test_an_endpoint_is_given_up_only_after_all_that_time(span):
    after = timedelta(days=5)
    assert patience.is_given_up(NOW - span, now=NOW, after=after) == (span >= after)
    assert not patience.is_given_up(None, now=NOW, after=after)


@given(st.lists(st.sampled_from(sorted(scopes.SCOPES))))
def test_a_consent_is_the_same_for_the_same_scopes_in_any_order(asked):
    assert scopes.digest(asked) == scopes.digest(reversed(asked)) == scopes.digest([*asked, *asked])
    assert scopes.tidy(scopes.tidy(asked)) == scopes.tidy(asked)
    for more in set(scopes.SCOPES) - set(asked):
        assert scopes.digest([*asked, more]) != scopes.digest(asked)


@given(st.text(max_size=100))
def test_what_is_sealed_is_opened_by_whoever_has_the_key(secret):
    old, new = Vault([b"old" * 20]), Vault([b"new" * 20, b"old" * 20])
    sealed = old.seal(secret)
    assert new.open(sealed) == secret
    assert old.sealed_with != new.sealed_with
    with pytest.raises(SecretUnreadable):
        old.open(new.seal(secret))
    if len(secret) > 3:
        assert secret not in sealed
