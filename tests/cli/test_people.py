"""The first operator comes by command: nobody is one before, and only an operator makes others one."""

from __future__ import annotations

import asyncio
import json
from uuid import uuid4

import msgspec
import pytest

from hansa.app import CENTERS, running
from hansa.centers.user import api as user
from hansa.centers.user.types import Role
from hansa.kernel.db.migrate import migrate
from hansa.kernel.settings import Secret

pytestmark = [pytest.mark.timeout(240), pytest.mark.enable_socket]

PASSWORD = "a long enough one"


@pytest.fixture
async def fresh(server, house_settings, tmp_path, real):
    """A house that nobody runs yet, and the command line on it."""
    name = f"people_{uuid4().hex[:12]}"
    server.create_database(name)
    await migrate(server.url(name), CENTERS)
    settings = msgspec.structs.replace(
        house_settings, database_url=Secret(server.url(name)), data_dir=tmp_path / "data"
    )

    async def command(*arguments):
        url = server.url(name)
        return await asyncio.to_thread(real.run, *arguments, cwd=tmp_path, HANSA_DATABASE_URL=url)

    async with running(settings) as platform:
        yield platform, command
    server.drop_database(name)


async def sign_up(platform, email):
    ctx = platform.context("bazaar", locale="en")
    return (await user.sign_up(ctx, email=email, password=PASSWORD, name="Mei")).token


async def looked_at(command):
    told = json.loads((await command("doctor", "--json")).stdout)
    return next(one for one in told["findings"] if one["what"] == "operators")


async def test_the_first_operator_is_made_by_command_and_makes_the_next(fresh):
    platform, command = fresh
    assert "hansa people grant" in (await looked_at(command))["remedy"]
    assert (await looked_at(command))["state"] == "look"
    assert "Nobody holds a role" in (await command("people", "roles")).stdout
    token = await sign_up(platform, "mei@example.com")
    chief = (await user.authenticate(platform, token)) or pytest.fail("is logged in")
    assert chief.grants == frozenset()

    unasked = await command("people", "grant", "mei@example.com", "operator")
    assert unasked.returncode == 1
    assert "Add --yes" in unasked.stderr  # the address was not verified
    done = await command("people", "grant", "Mei@example.com", "operator", "--yes")

    assert (done.returncode, done.stdout) == (0, "Mei@example.com is operator now.\n"), done.stderr
    assert (await looked_at(command))["state"] == "good"
    (told,) = json.loads((await command("people", "roles", "--json")).stdout)
    assert told["id"].startswith("pty_")
    assert told["email"] == "mei@example.com"
    (held,) = told["roles"]
    assert held["role"] == "operator"
    assert held["granted_by"].startswith("cli")
    await asyncio.sleep(1.2)  # as old as what a process knows of a token may be
    mei = platform.context("bazaar").with_(actor=await user.authenticate(platform, token))
    assert "user.role.grant" in mei.actor.grants
    await sign_up(platform, "wen@example.com")
    wen = await user.party_by_email(mei, email="wen@example.com")
    await user.grant_role(mei, party=wen.id, role=Role.SUPPORT)
    _, history = await user.party_by_id(mei, party=chief.party)
    assert [(entry.act.value, entry.by.partition(":")[0]) for entry in history][-1] == ("seen", "cli")
    assert ("granted", "operator") in [(entry.act.value, entry.role) for entry in history]

    listed = await command("people", "roles", "--role", "support")
    assert "wen@example.com" in listed.stdout
    assert "mei@example.com" not in listed.stdout


async def test_what_cannot_be_done_is_said_in_a_sentence(fresh):
    platform, command = fresh
    await sign_up(platform, "mei@example.com")
    await command("people", "grant", "mei@example.com", "operator", "--yes")

    last = await command("people", "revoke", "mei@example.com", "operator")
    nobody = await command("people", "grant", "eve@example.com", "operator")
    malformed = await command("people", "grant", "eve", "operator")
    unknown = await command("people", "grant", "mei@example.com", "queen")
    not_held = await command("people", "revoke", "mei@example.com", "finance")

    assert last.returncode == 1
    assert last.stderr.startswith("hansa: This is the last operator, make somebody else one first.\n")
    assert nobody.stderr.startswith("hansa: Nobody logs in with eve@example.com.")
    assert malformed.returncode == 1
    assert "not an e-mail address" in malformed.stderr
    assert unknown.returncode == 2
    assert "does not hold the role finance" in not_held.stderr

    await sign_up(platform, "wen@example.com")
    both = [
        await command("people", "grant", "wen@example.com", "operator", "--yes"),
        await command("people", "revoke", "mei@example.com", "operator"),
    ]
    assert [done.returncode for done in both] == [0, 0]
    told = json.loads((await command("people", "roles", "--json")).stdout)
    assert [one["email"] for one in told] == ["wen@example.com"]
