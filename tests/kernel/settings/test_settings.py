from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta

from hansa.kernel.settings import LogFormat, Secret, Section, Settings, SettingsWrong, describe, load


class Smtp(Section, name="smtp"):
    host: Annotated[str, Meta(description="Host of the mail server.")] = ""
    port: Annotated[int, Meta(ge=1, le=65535, description="Port of the mail server.")] = 25
    password: Annotated[Secret | None, Meta(description="Password at the mail server.")] = None
    tls: Annotated[bool, Meta(description="Speak TLS.")] = False

    def wrong(self) -> list[str]:
        return ["HANSA_SMTP_PASSWORD needs HANSA_SMTP_TLS."] if self.password and not self.tls else []


def test_nothing_told_gives_the_defaults(tmp_path):
    settings = load([Smtp], environ={}, folder=tmp_path)

    assert settings.port == 8000
    assert settings.database_url is None
    assert settings.data_dir == tmp_path / ".hansa"
    assert settings.url() == "http://127.0.0.1:8000"
    assert settings.section(Smtp) == Smtp()
    assert Settings().section(Smtp) == Smtp()


def test_the_platforms_own_hosts_are_the_public_one_else_this_machine(tmp_path):
    said = load(environ={"HANSA_PUBLIC_URL": "https://Shop.example:8443"}, folder=tmp_path)

    assert said.own_hosts() == {"shop.example"}
    assert Settings().own_hosts() == {"127.0.0.1", "localhost"}


@pytest.mark.parametrize(
    "wrong",
    [
        "http://a b",
        "shop.example",
        "ftp://shop.example",
        "https://",
        "https://shop_.example",
        "https://-shop.example",
        "https://shop..example",
        "https://shop.example:0x50",
        "https://shop.example:99999",
        "https://[::1",
        "https://[::g]",
        "https://茶.example",
        "https://ada:secret@shop.example",
        "https://shop.example/platform",
        "https://shop.example?x",
        "https://shop.example#x",
        "https://shop.example\n",
    ],
)
def test_an_address_people_could_not_reach_the_platform_at_is_told(wrong):
    (sentence,) = Settings(public_url=wrong).wrong()

    assert sentence == (
        f"HANSA_PUBLIC_URL is {wrong!r}, but must be an address such as https://shop.example.com:"
        " http or https, a host, perhaps a port, and no path."
    )


@pytest.mark.parametrize(
    "right",
    ["http://localhost", "https://Shop.example.com/", "http://127.0.0.1:8000", "https://[2001:db8::1]:8443"],
)
def test_addresses_people_reach_the_platform_at(right):
    assert not Settings(public_url=right).wrong()


def test_proxies_that_would_never_be_believed_are_told(tmp_path):
    told = {
        "foo, 10.0.0.1": "HANSA_TRUSTED_PROXIES names 'foo', but must be a list of",
        "10.0.0.1/8": "HANSA_TRUSTED_PROXIES names '10.0.0.1/8', but must be a list of",
        "10.0.0.256": "HANSA_TRUSTED_PROXIES names '10.0.0.256', but must be a list of",
        "*, 10.0.0.1": "HANSA_TRUSTED_PROXIES names * and others: * believes all, and stands alone.",
    }
    for proxies, start in told.items():
        with pytest.raises(SettingsWrong) as wrong:
            load(environ={"HANSA_TRUSTED_PROXIES": proxies}, folder=tmp_path)
        (sentence,) = wrong.value.sentences
        assert sentence.startswith(start)
    for proxies in ("*", "10.0.0.0/8, 192.0.2.7", "::1, 2001:db8::/32"):
        load(environ={"HANSA_TRUSTED_PROXIES": proxies}, folder=tmp_path)


def test_the_environment_wins_over_the_file(tmp_path):
    (tmp_path / "hansa.toml").write_text(
        'port = 9000\nlog_format = "json"\nstop_timeout = 3\ntrusted_proxies = ["10.0.0.1", "10.0.0.2"]\n'
        '[smtp]\nhost = "mail.example"\nport = 587\n'
    )
    environ = {"HANSA_PORT": "9001", "HANSA_SMTP_TLS": "yes", "HANSA_REQUEST_TIMEOUT": "2m", "PATH": "/bin"}

    settings = load([Smtp], environ=environ, folder=tmp_path)

    assert (settings.port, settings.log_format) == (9001, LogFormat.JSON)
    assert settings.stop_timeout == timedelta(seconds=3)
    assert settings.request_timeout == timedelta(minutes=2)
    assert settings.trusted_proxies == ("10.0.0.1", "10.0.0.2")
    assert settings.section(Smtp) == Smtp(host="mail.example", port=587, tls=True)


def test_every_mistake_is_told_at_once(tmp_path):
    (tmp_path / "hansa.toml").write_text('prot = 1\n[smtp]\nhostt = "x"\nport = "many"\n[smpt]\nhost = "y"\n')
    environ = {
        "HANSA_PORT": "70000",
        "HANSA_DATABSE_URL": "postgresql://x",
        "HANSA_LOG_LEVEL": "loud",
        "HANSA_ACCESS_LOG": "perhaps",
        "HANSA_STOP_TIMEOUT": "soon",
        "HANSA_OTLP_ENDPOINT": "collector:4318",
    }

    with pytest.raises(SettingsWrong) as told:
        load([Smtp], environ=environ, folder=tmp_path)

    assert set(told.value.sentences) == {
        "prot in hansa.toml is not a setting (did you mean port?).",
        "smpt in hansa.toml is not a setting (did you mean smtp?).",
        "smtp.hostt in hansa.toml is not a setting (did you mean host?).",
        "smtp.port in hansa.toml is 'many', but must be a whole number from 1 to 65535.",
        "HANSA_DATABSE_URL is not a setting (did you mean HANSA_DATABASE_URL?).",
        "HANSA_PORT is '70000', but must be a whole number from 0 to 65535.",
        "HANSA_LOG_LEVEL is 'loud', but must be one of debug, info, warning, error.",
        "HANSA_ACCESS_LOG is 'perhaps', but must be true or false.",
        "HANSA_STOP_TIMEOUT is 'soon', but must be a duration such as 500ms, 30s, 15m, 2h or 7d.",
        "HANSA_OTLP_ENDPOINT is 'collector:4318', but must be a URL that begins with http:// or https://.",
    }


def test_values_that_contradict_each_other_are_told(tmp_path):
    with pytest.raises(SettingsWrong, match="HANSA_SMTP_PASSWORD needs HANSA_SMTP_TLS"):
        load([Smtp], environ={"HANSA_SMTP_PASSWORD": "x"}, folder=tmp_path)


def test_a_secret_comes_from_a_file_and_is_never_shown(tmp_path, caplog):
    (tmp_path / "password").write_text("open sesame\n")
    environ = {"HANSA_SMTP_PASSWORD_FILE": str(tmp_path / "password"), "HANSA_SMTP_TLS": "true"}

    settings = load([Smtp], environ=environ, folder=tmp_path)
    password = settings.section(Smtp).password

    assert password is not None
    assert password.reveal() == "open sesame"
    logging.getLogger().warning("told %s %r", password, settings)
    assert "sesame" not in f"{password} {password!r} {settings!r} {caplog.text}"


def test_a_wrong_secret_is_not_shown_either(tmp_path):
    (tmp_path / "hansa.toml").write_text("secret_keys = 12345678\n")

    with pytest.raises(SettingsWrong) as told:
        load(environ={"HANSA_DATABASE_URL": "mysql://root:hunter2@db/x"}, folder=tmp_path)

    assert "hunter2" not in str(told.value)
    assert "12345678" not in str(told.value)
    assert len(told.value.sentences) == 2


@pytest.mark.parametrize("address", ["127.0.0.1:99999", "127.0.0.1:abc", "[::1"])
def test_an_address_of_a_database_that_cannot_be_read_is_told_without_its_password(tmp_path, address):
    with pytest.raises(SettingsWrong) as told:
        load(environ={"HANSA_DATABASE_URL": f"postgresql://root:hunter2@{address}/x"}, folder=tmp_path)

    (sentence,) = told.value.sentences
    assert sentence.startswith("HANSA_DATABASE_URL cannot be read: it is written postgresql://")
    assert "hunter2" not in sentence


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"port = ", "not valid TOML"), (b'host = "\xff"', "not UTF-8"), (None, "cannot be read")],
)
def test_an_unreadable_file_is_one_sentence(tmp_path, content, sentence):
    path = tmp_path / "my.toml"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(SettingsWrong, match=sentence):
        load(environ={"HANSA_CONFIG": str(path)}, folder=tmp_path)


def test_the_reference_describes_every_setting():
    settings = describe(Settings, Smtp)

    by_variable = {setting.variable: setting for setting in settings}
    assert by_variable["HANSA_SMTP_PASSWORD"].secret
    assert by_variable["HANSA_REQUEST_TIMEOUT"].default == "30s"
    assert by_variable["HANSA_PORT"].kind == "a whole number"
    assert all(setting.description.endswith(".") for setting in settings)


def test_a_setting_without_a_description_is_refused(tmp_path):
    class Bare(Section, name="bare"):
        depth: int = 1

    with pytest.raises(TypeError, match=r"Bare\.depth"):
        load([Bare], environ={}, folder=tmp_path)


ANY_TEXT = [
    "PORT",
    "ACCESS_LOG",
    "OTLP_SAMPLE",
    "REQUEST_TIMEOUT",
    "LOG_FORMAT",
    "DATA_DIR",
    "TRUSTED_PROXIES",
]


@given(text=st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_any_text_is_a_value_or_a_sentence(text):
    sentences: tuple[str, ...] = ()
    try:
        port = load(environ={f"HANSA_{field}": text for field in ANY_TEXT}, folder=Path("/nowhere")).port
    except SettingsWrong as told:
        sentences, port = told.sentences, 0
    assert all(sentence.startswith("HANSA_") for sentence in sentences)
    assert 0 <= port <= 65535
