from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hansa.kernel.security import KeyFileUnsafe, Signer, TokenInvalid, signing_keys
from hansa.kernel.settings import Secret, Settings

NOW = datetime(2026, 11, 21, tzinfo=UTC)
LATER = NOW + timedelta(minutes=15)


@given(payload=st.binary(max_size=100), purpose=st.text(max_size=10))
def test_a_token_comes_back_as_it_went(payload, purpose):
    signer = Signer([b"a" * 32])

    assert signer.verify(signer.sign(payload, purpose=purpose), purpose=purpose, now=NOW) == payload


def test_a_token_is_good_for_its_purpose_and_its_time_alone():
    signer = Signer([b"a" * 32])
    token = signer.sign(b"quote", purpose="quote", expires_at=LATER)

    assert signer.verify(token, purpose="quote", now=NOW) == b"quote"
    for purpose, now in (("csrf", NOW), ("quote", LATER)):
        with pytest.raises(TokenInvalid):
            signer.verify(token, purpose=purpose, now=now)


def test_no_changed_token_passes():
    signer = Signer([b"a" * 32])
    token = signer.sign(b"user 1", purpose="x")
    changed = [token[:i] + ("A" if token[i] != "A" else "B") + token[i + 1 :] for i in range(len(token))]

    for forged in [*changed, "", "é", token + "=", token[:-1], token + "A"]:
        with pytest.raises(TokenInvalid):
            signer.verify(forged, purpose="x", now=NOW)


def test_keys_rotate_without_a_cut():
    old, both, new = Signer([b"a" * 32]), Signer([b"b" * 32, b"a" * 32]), Signer([b"b" * 32])
    token = old.sign(b"x", purpose="p")

    assert both.verify(token, purpose="p", now=NOW) == b"x"
    assert new.verify(both.sign(b"x", purpose="p"), purpose="p", now=NOW) == b"x"
    with pytest.raises(TokenInvalid):
        new.verify(token, purpose="p", now=NOW)


def test_a_key_is_made_once_and_kept_from_others(tmp_path):
    settings = Settings(data_dir=tmp_path / "data")

    keys = signing_keys(settings)

    path = tmp_path / "data" / "secret.key"
    assert signing_keys(settings) == keys
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["secret.key"]
    path.chmod(0o644)
    with pytest.raises(KeyFileUnsafe, match="chmod 600"):
        signing_keys(settings)


def test_keys_of_the_settings_win(tmp_path):
    settings = Settings(data_dir=tmp_path, secret_keys=Secret("a" * 32 + "," + "b" * 32))

    assert signing_keys(settings) == [b"a" * 32, b"b" * 32]
    assert list(tmp_path.iterdir()) == []
