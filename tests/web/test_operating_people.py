"""People at the operator's desk: found by address, given roles, suspended and let back in."""

from __future__ import annotations

from uuid import uuid4

import pytest
from operators import log_in

from hansa.centers.user import api as user
from hansa.centers.user.types import PARTY_ID, PartyState, Role

pytestmark = [pytest.mark.timeout(300), pytest.mark.enable_socket]


@pytest.fixture
def operator(front):
    surfer = log_in(front, Role.OPERATOR)
    yield surfer
    surfer.client.close()


@pytest.fixture
def somebody(front):
    """Somebody with an account: the address and the id."""
    email = f"{uuid4().hex}@example.com"

    async def story():
        guest = front.house.platform.context("bazaar", locale="en")
        return await user.sign_up(guest, email=email, password="a long enough one", name="Wen")

    return email, PARTY_ID.show(front.do(story()).actor.party)


def found(front, email):
    return front.do(user.party_by_email(front.house.system, email=email))


def test_somebody_is_found_by_address_which_stands_in_no_url(operator, somebody):
    email, party = somebody
    operator.open("/bazaar/operate/people")

    page = operator.send("/operate/people", email=f" {email.upper()} ")

    assert page.url.path == f"/bazaar/operate/people/{party}"
    assert page.url.query == b""
    assert "Wen" in page.text
    assert "not verified" in page.text


@pytest.mark.parametrize(
    ("typed", "said"),
    [("nobody-here@example.com", "Nobody logs in with this address"), ("nobody", "e-mail address"), ("", "")],
)
def test_who_is_not_there_is_said_beside_the_field(operator, typed, said):
    operator.open("/bazaar/operate/people")

    page = operator.send("/operate/people", email=typed)

    assert page.status_code == 422
    assert said in page.text


def test_a_role_is_given_seen_and_taken(front, operator, somebody):
    email, party = somebody
    here = f"/bazaar/operate/people/{party}"
    operator.open(here)
    at, fields = operator.form("/roles")

    page = operator.client.post(at, data=fields | {"role": "support", "how": "give"})

    assert "The role is given" in page.text
    assert [held.role for held in found(front, email).roles] == [Role.SUPPORT]
    assert f'href="{here}"' in operator.open("/bazaar/operate/people?role=support").text
    assert "Role given: Support" in operator.open(here).text
    at, fields = operator.form("/roles")
    operator.client.post(at, data=fields | {"role": "support", "how": "take"})
    assert found(front, email).roles == ()
    assert operator.client.post(at, data=fields | {"role": "queen", "how": "give"}).status_code == 400


def test_support_suspends_a_buyer_and_nobody_of_the_house(front, somebody):
    support = log_in(front, Role.SUPPORT)
    email, party = somebody
    support.open(f"/bazaar/operate/people/{party}")

    assert "The account is suspended" in support.send("/suspension", how="suspend").text
    assert found(front, email).state is PartyState.SUSPENDED
    assert "can log in again" in support.send("/suspension", how="lift").text
    assert found(front, email).state is PartyState.ACTIVE

    front.do(user.grant_role(front.house.system, party=PARTY_ID.read(party), role=Role.OPERATOR))
    page = support.open(f"/bazaar/operate/people/{party}").text
    assert "/suspension" not in page
    assert "/roles" not in page
    support.open("/bazaar/account")
    token = support.form("/preferences")[1]["_csrf_token"]
    form = {"_csrf_token": token, "how": "suspend", "attempt": "x" * 20}
    refused = support.client.post(f"/bazaar/operate/people/{party}/suspension", data=form)
    assert refused.status_code == 403
    assert found(front, email).state is PartyState.ACTIVE
    support.client.close()
