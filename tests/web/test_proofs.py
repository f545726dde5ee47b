"""A forgotten password and mailed links, on the real pages."""

from uuid import uuid4

import pytest

from hansa.centers.user import api as user

pytestmark = pytest.mark.enable_socket


async def latest_link(platform, purpose):
    """The secret of the link that would be mailed now."""
    async with platform.db.reading() as tx:
        rows = await tx.raw.fetch(
            """SELECT (payload->>'proof')::uuid AS proof FROM kernel.outbox
                WHERE topic = 'user.proof_issued' AND payload->>'purpose' = $1 ORDER BY id DESC LIMIT 1""",
            purpose,
        )
    mail = await user.proof_mail(platform, rows[0]["proof"])
    return mail.secret if mail else ""


def test_a_forgotten_password_is_set_anew(surfer, front):
    email = f"{uuid4().hex}@example.com"
    surfer.sign_up(email)
    surfer.client.cookies.clear()
    assert "/bazaar/forgot" in surfer.open("/bazaar/login").text
    surfer.open("/bazaar/forgot")
    assert "a mail with a link is on its way" in surfer.send("/forgot", email=email).text
    surfer.open("/bazaar/forgot")
    assert "a mail with a link is on its way" in surfer.send("/forgot", email="nobody@example.com").text

    secret = front.do(latest_link(front.house.platform, "reset_password"))
    if not secret:  # the latest one was nobody's
        surfer.open("/bazaar/forgot")
        surfer.send("/forgot", email=email)
        secret = front.do(latest_link(front.house.platform, "reset_password"))
    page = surfer.open(f"/bazaar/proof/reset-password?token={secret}")
    assert page.headers["referrer-policy"] == "no-referrer"
    assert surfer.send("/proof/reset-password", password="short").status_code == 422
    assert str(surfer.send("/proof/reset-password", password="a rather long one").url).endswith("/login")
    surfer.send("/login", email=email, password="a rather long one")
    assert email in surfer.open("/bazaar/account").text

    surfer.open(f"/bazaar/proof/reset-password?token={secret}")
    again = surfer.send("/proof/reset-password", password="and another long one")
    assert again.status_code == 400
    assert "no longer works" in again.text


def test_opening_a_link_changes_nothing_and_its_button_does(surfer, front):
    surfer.sign_up(f"{uuid4().hex}@example.com")
    secret = front.do(latest_link(front.house.platform, "verify_email"))
    for _ in range(2):
        assert surfer.open(f"/bazaar/proof/verify-email?token={secret}").status_code == 200
    assert "Saved." in surfer.send("/proof/verify-email").text
    surfer.open(f"/bazaar/proof/verify-email?token={secret}")
    assert surfer.send("/proof/verify-email").status_code == 400


@pytest.mark.parametrize("path", ["/bazaar/proof/anything", "/bazaar/proof/reset-password/x"])
def test_there_are_no_other_links(surfer, path):
    assert surfer.open(path).status_code == 404


def test_a_made_up_link_is_refused(surfer):
    for purpose in ("verify-email", "change-email", "restore-email", "reset-password"):
        surfer.open(f"/bazaar/proof/{purpose}?token=made-up")
        assert surfer.send(f"/proof/{purpose}", password="a rather long one").status_code == 400
