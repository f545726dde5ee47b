"""Ways in without a password, in a real browser and without one: passkeys, and a log-in elsewhere."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import uuid4

import pytest

pytestmark = [pytest.mark.timeout(300), pytest.mark.enable_socket]

PASSWORD = "a long enough one"


@pytest.fixture
def page(chromium, front):
    """A browser on a page with a name, and a device in it that makes passkeys."""
    complaints: list[str] = []
    context = chromium.new_context(viewport={"width": 390, "height": 844}, locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    device = context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
                "isUserVerified": True, "automaticPresenceSimulation": True,
            }
        },
    )  # fmt: skip
    yield page
    context.close()
    assert complaints == []


def signs_up(page, url, email):
    page.goto(f"{url}/bazaar/signup")
    page.locator("[name=name]").fill("Lin")
    page.locator("[name=email]").fill(email)
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign up", exact=True).click()
    page.get_by_text("Welcome! Your account is ready.").wait_for()


def test_a_passkey_is_added_named_and_opens_the_account(page, front):
    signs_up(page, front.named_url, f"{uuid4().hex}@example.com")
    page.goto(f"{front.named_url}/bazaar/account/security")
    page.get_by_label("What shall we call it?").fill("My phone")
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_text("The passkey is added.").wait_for()
    assert page.get_by_text("My phone").first.is_visible()
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_text("This device has a passkey for this account already.").wait_for()

    page.goto(f"{front.named_url}/bazaar/account")
    page.get_by_role("button", name="Log out").click()
    page.goto(f"{front.named_url}/bazaar/login?next=/bazaar/account/security")
    page.get_by_role("button", name="Use a passkey").click()

    page.wait_for_url("**/account/security")
    assert "used" in page.locator(".rows").first.text_content()
    page.get_by_role("button", name="Remove").click()
    page.get_by_text("None yet.").wait_for()


def test_where_passkeys_cannot_work_nobody_is_offered_one(page, front):
    page.goto(f"{front.url}/bazaar/login")
    assert not page.get_by_role("button", name="Use a passkey").is_visible()


def test_who_must_prove_who_they_are_does_so_by_passkey_and_goes_on(page, front):
    signs_up(page, front.named_url, f"{uuid4().hex}@example.com")
    page.goto(f"{front.named_url}/bazaar/account/security")
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_text("The passkey is added.").wait_for()

    page.goto(f"{front.named_url}/bazaar/confirm?next=/bazaar/account/privacy")
    page.get_by_role("button", name="Use a passkey").click()

    page.wait_for_url("**/account/privacy")
    page.get_by_text("Please repeat what you were about to do.").wait_for()


def agreeing(page, front):
    """Let the issuer send the browser back at once, as when somebody agrees there."""

    def answer(route):
        back = f"{front.named_url}/bazaar/login/back?{urlencode(front.issuer.agree(route.request.url))}"
        route.fulfill(status=302, headers={"location": back})

    page.route(f"{front.issuer.url}/authorize*", answer)


def test_somebody_comes_in_from_elsewhere_and_is_known_the_next_time(page, front):
    front.issuer.claims = {
        "sub": uuid4().hex, "email": f"{uuid4().hex}@example.com", "email_verified": True, "name": "Ada",
    }  # fmt: skip
    agreeing(page, front)
    for _ in range(2):
        page.goto(f"{front.named_url}/bazaar/login?next=/bazaar/account")
        page.get_by_role("button", name="Go on with Acme").click()
        page.wait_for_url("**/bazaar/account")
        assert page.get_by_role("heading", level=1).text_content() == "Ada"
        page.get_by_role("button", name="Log out").click()


def test_a_log_in_elsewhere_is_linked_and_unlinked(page, front):
    front.issuer.claims = {"sub": uuid4().hex, "name": "Lin"}
    agreeing(page, front)
    signs_up(page, front.named_url, f"{uuid4().hex}@example.com")
    page.goto(f"{front.named_url}/bazaar/account/security")
    page.get_by_role("button", name="Link Acme").click()
    page.get_by_text("That log-in opens your account from now on.").wait_for()
    page.get_by_role("button", name="Unlink").click()
    page.get_by_text("Saved.").wait_for()
    assert page.get_by_role("button", name="Link Acme").is_visible()
    assert page.get_by_role("button", name="Unlink").count() == 0


def test_without_scripts_a_link_leads_to_the_issuer_and_who_did_not_agree_is_told(surfer, front):
    surfer.open("/bazaar/login")

    page = surfer.send("/login/with/acme")

    assert f'href="{front.issuer.url}/authorize' in page.text
    assert (
        "You came back without having logged in there."
        in surfer.open("/bazaar/login/back?error=access_denied").text
    )
    assert "could not be confirmed" in surfer.open("/bazaar/login/back?state=x&code=y").text
    assert surfer.open("/bazaar/login/back").status_code == 401


@pytest.mark.parametrize("credential", ["", "{", "[]", "null", '{"rawId": 7}', "x" * 50_000, '{"a":' * 2000])
def test_an_answer_that_no_device_gave_is_refused(surfer, credential):
    surfer.open("/bazaar/login")
    token = surfer.form("/login")[1]["_csrf_token"]
    begun = surfer.client.post("/bazaar/login/passkey/begin", data={"_csrf_token": token}).json()

    answer = surfer.client.post(
        "/bazaar/login/passkey",
        data={"_csrf_token": token, "ceremony": begun["ceremony"], "credential": credential},
    )

    assert answer.status_code == 401
    assert "This passkey was not accepted" in answer.text
