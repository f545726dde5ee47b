"""An account through the API: its ways in, its sessions, its data, and its end."""

from __future__ import annotations

from uuid import uuid4

from callers import PASSWORD, Caller, good, problem
from centers.user.authenticator import Authenticator

HERE = "http://127.0.0.1:8000"


async def test_a_passkey_is_added_used_and_removed(doors):
    ada = await Caller(doors[0]).sign_up()
    device = Authenticator(origin=HERE)
    begun = good(await ada.post("/me/passkeys/ceremony"), 201)
    answer = {"ceremony": begun["ceremony"], "credential": device.make(begun["options"]), "name": "Phone"}
    (added,) = good(await ada.post("/me/passkeys", answer), 201)
    assert added["name"] == "Phone"
    problem(await ada.post("/me/passkeys", answer), 401, "user.passkey_refused")  # a challenge is used once

    begun = good(await Caller(doors[0]).post("/session/passkey/ceremony"), 201)
    answer = {"ceremony": begun["ceremony"], "credential": device.sign(begun["options"])}
    again = await Caller(doors[1]).become(await Caller(doors[1]).post("/session/passkey", answer))
    assert again.party == ada.party

    good(await again.ask("DELETE", f"/me/passkeys/{added['id']}"), 204)
    ways = good(await ada.get("/me/ways-in"))
    assert (ways["password"], ways["passkeys"]) == (True, [])


async def test_sessions_are_listed_and_ended(doors):
    ada = await Caller(doors[0]).sign_up()
    phone = await ada.log_in(doors[0])
    shown = good(await ada.get("/me/sessions"))
    assert [one["acting"] for one in shown] == [False, True]
    assert all(one["created_at"] <= one["seen_at"] < one["expires_at"] for one in shown)
    good(await ada.ask("DELETE", f"/me/sessions/{shown[0]['id']}"), 204)
    problem(await phone.get("/me/sessions"), 401, "api.token_unknown")
    await ada.log_in(doors[0])
    assert good(await ada.post("/me/sessions/end-others"), 201) == {"ended": 1}
    problem(await ada.ask("DELETE", f"/me/sessions/{shown[0]['id']}"), 404, "user.session_not_found")


async def test_a_password_is_changed_after_proving_who_one_is(doors):
    ada = await Caller(doors[0]).sign_up()
    problem(await ada.post("/session/proof", {"password": "wrong"}), 401, "user.wrong_credentials")
    good(await ada.post("/session/proof", {"password": PASSWORD}), 204)
    good(await ada.ask("PUT", "/me/password", json={"password": "another long enough one"}), 204)
    problem(
        await Caller(doors[0]).post("/session", {"email": ada.email, "password": PASSWORD}),
        401,
        "user.wrong_credentials",
    )


async def test_a_program_changes_no_way_in(doors):
    ada = await Caller(doors[0]).sign_up()
    wish = {"label": "x", "expires_at": "2027-06-30T00:00:00Z"}
    program = Caller(doors[0], good(await ada.post("/me/tokens", wish), 201)["secret"])
    for path in ("/me/passkeys/ceremony", "/me/erasure", "/me/export", "/me/links/offer"):
        problem(await program.post(path), 403, "request.forbidden")


async def test_two_accounts_are_linked_and_parted(doors):
    ada, old = await Caller(doors[0]).sign_up(), await Caller(doors[0]).sign_up()
    offered = good(await old.post("/me/links/offer"), 201)
    assert good(await ada.post("/me/links", offered), 201) == {"party": old.party}
    assert (await old.log_in(doors[0])).party == ada.party
    assert good(await ada.get("/me/links")) == [{"party": old.party}]
    good(await ada.ask("DELETE", f"/me/links/{old.party}"), 204)
    assert (await old.log_in(doors[0])).party == old.party


async def test_being_forgotten_is_asked_for_and_taken_back(doors):
    ada = await Caller(doors[0]).sign_up()
    problem(await ada.get("/me/erasure"), 404, "user.erasure_not_found")
    asked = good(await ada.post("/me/erasure"), 202)
    assert good(await ada.get("/me/erasure")) == asked
    assert asked["waits_for"] is None
    good(await ada.ask("DELETE", "/me/erasure"), 204)
    problem(await ada.ask("DELETE", "/me/erasure"), 404, "user.erasure_not_found")


async def test_an_export_is_asked_for(doors):
    ada = await Caller(doors[0]).sign_up()
    problem(await ada.get("/me/export/file"), 404, "user.export_not_found")
    assert good(await ada.post("/me/export"), 202)["state"] == "waiting"
    problem(await ada.get("/me/export/file"), 409, "user.export_not_ready")


async def test_links_by_mail_tell_nothing_to_who_guesses(doors):
    nobody = Caller(doors[0])
    good(await nobody.post("/password/reset-requests", {"email": f"{uuid4().hex}@example.com"}), 204)
    for path in ("/email/verification", "/email/change", "/email/restoration"):
        problem(await nobody.post(path, {"secret": "guessed"}), 400, "user.proof_invalid")
    reset = {"secret": "guessed", "password": "another long enough one"}
    problem(await nobody.post("/password/resets", reset), 400, "user.proof_invalid")
    assert good(await nobody.get("/issuers")) == []
    problem(
        await nobody.post("/session/issuers/acme", {"return_url": f"{HERE}/"}), 404, "user.issuer_unknown"
    )


async def test_the_operator_gives_roles_and_nobody_else_does(doors, operator):
    chief, ada = await operator(), await Caller(doors[0]).sign_up()
    role = f"/people/{ada.party}/roles/support"
    problem(await ada.ask("PUT", role), 403, "request.forbidden")
    good(await chief.ask("PUT", role), 204)
    assert good(await ada.get("/me"))["roles"] == ["support"]
    helper = f"/people/{chief.party}"
    problem(await ada.ask("PUT", f"{helper}/roles/operator"), 403, "request.forbidden")
    good(await chief.ask("DELETE", role), 204)
    problem(await ada.ask("PUT", f"{helper}/suspension"), 403, "request.forbidden")
    good(await chief.ask("PUT", f"/people/{ada.party}/suspension"), 204)
    problem(await ada.get("/me"), 401, "api.token_unknown")
    good(await chief.ask("DELETE", f"/people/{ada.party}/suspension"), 204)
