"""An app on its way to tokens of its own: asked for, shown, given, exchanged once, refreshed once each, ended."""

import asyncio
from base64 import b64encode, urlsafe_b64encode
from datetime import timedelta
from hashlib import sha256
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hansa.centers.interconnect import api
from hansa.centers.interconnect._rules import oauth as rules
from hansa.centers.interconnect.errors import (
    AppNotFound,
    AuthorizationRefused,
    ConsentOutdated,
    OAuthRefused,
    RedirectUnknown,
    ScopeNotHeld,
)
from hansa.centers.interconnect.types import AuthorizationRequest
from hansa.centers.shop.types import SHOP_ID
from hansa.centers.user import api as user
from hansa.centers.user.types import PARTY_ID
from hansa.kernel.context import ActorKind
from hansa.kernel.problem import Forbidden, Invalid, Unauthenticated
from house import race

BACK = "https://erp.example.com/back?tab=1"
ASKED = ("trade.order.read", "inventory.stock.see")
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"  # with its challenge, from RFC 7636, appendix B
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@pytest.fixture
async def developer(outside):
    return await outside.house.person()


@pytest.fixture
async def app(developer):
    return await api.register_app(developer, name="ERP", scopes=ASKED, redirect_uris=[BACK])


@pytest.fixture
async def seller(outside):
    return await outside.seller()


@pytest.fixture
def program(outside):
    """Whoever knocks at the token endpoint: nobody, as far as the platform knows."""
    return outside.platform.context("bazaar")


def asking(app, **other):
    about = {
        "client_id": PARTY_ID.show(app.id),
        "redirect_uri": BACK,
        "response_type": "code",
        "state": "a b&c",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    return AuthorizationRequest(**(about | other))


async def give(seller, app, *scopes, **other):
    """The owner of a shop lets the app in; return the query that the browser goes back with."""
    request = asking(app, **other)
    shown = await api.describe_authorization(seller.ctx, request=request, shop_id=seller.shop_id)
    back = await api.authorize(
        seller.ctx, request=request, shop_id=seller.shop_id, scopes=scopes or ASKED, seen=shown.seen
    )
    return {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}


async def ask(program, app, **form):
    return await api.exchange_token(program, form={"client_id": PARTY_ID.show(app.id)} | form)


async def redeem(program, app, code, **other):
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": VERIFIER}
    return await ask(program, app, **(form | other))


async def refresh(program, app, token, **other):
    return await ask(program, app, grant_type="refresh_token", refresh_token=token, **other)


async def refused(call):
    with pytest.raises(OAuthRefused) as wrong:
        await call
    return wrong.value.error


async def actor(outside, secret):
    """Who a token stands for, as the edge finds out; None when nobody."""
    identity = await user.identify(outside.platform, secret)
    return identity.actor if identity else None


async def test_an_app_gets_tokens_of_its_own_after_somebody_agreed(outside, app, seller, program):
    shown = await api.describe_authorization(seller.ctx, request=asking(app))
    assert (shown.app.name, shown.returns_to) == ("ERP", "erp.example.com")
    assert [one.id for one in shown.shops] == [seller.shop_id]
    assert [(one.scope, one.yours, one.given) for one in shown.scopes] == [
        (one, False, False) for one in ASKED
    ]
    chosen = await api.describe_authorization(seller.ctx, request=asking(app), shop_id=seller.shop_id)
    assert all(one.yours and not one.given and one.means["zh"] for one in chosen.scopes)

    back = await give(seller, app)
    assert (back["state"], back["iss"], back["tab"]) == (
        "a b&c",
        f"{outside.platform.settings.url()}/bazaar",
        "1",
    )
    got = await redeem(program, app, back["code"])

    assert (got.token_type, got.expires_in, got.scope) == ("Bearer", 3600, " ".join(ASKED))
    assert got.shop_id == SHOP_ID.show(seller.shop_id)
    acting = await actor(outside, got.access_token)
    assert (acting.kind, acting.party) == (ActorKind.APP, app.id)
    assert acting.grants == {f"{scope}@shop:{seller.shop_id}" for scope in ASKED}
    ((installed, _),) = (await api.installed_in(seller.ctx, shop_id=seller.shop_id)).items
    assert installed.scopes == ASKED


async def test_of_what_is_asked_for_a_part_can_be_given_and_what_was_given_before_stays(app, seller, program):
    await give(seller, app, "inventory.stock.see")
    back = await give(seller, app, "trade.order.read", scope="trade.order.read")

    assert (await redeem(program, app, back["code"])).scope == "trade.order.read"
    ((installed, _),) = (await api.installed_in(seller.ctx, shop_id=seller.shop_id)).items
    assert installed.scopes == ASKED
    with pytest.raises(Invalid):  # more than the app asked for this time
        await give(seller, app, "inventory.stock.see", scope="trade.order.read")


async def test_nobody_gives_what_is_not_theirs(outside, app, seller):
    clerk = outside.staff(seller, "interconnect.app.install", "trade.order.read")
    shown = await api.describe_authorization(clerk, request=asking(app), shop_id=seller.shop_id)
    assert [one.yours for one in shown.scopes] == [True, False]
    other = await outside.seller()
    request = {"request": asking(app), "seen": shown.seen}
    with pytest.raises(Forbidden):  # logged in by nothing but a token
        await api.authorize(clerk, shop_id=seller.shop_id, scopes=ASKED[:1], **request)
    with pytest.raises(Forbidden):
        await api.authorize(other.ctx, shop_id=seller.shop_id, scopes=ASKED, **request)
    with pytest.raises(Forbidden):
        await api.describe_authorization(other.ctx, request=asking(app), shop_id=seller.shop_id)
    partly = seller.ctx.with_(
        actor=type(clerk.actor)(
            clerk.actor.kind, seller.ctx.party(), clerk.actor.grants, seller.ctx.actor.session
        )
    )
    with pytest.raises(ScopeNotHeld):
        await api.authorize(partly, shop_id=seller.shop_id, scopes=ASKED, **request)
    with pytest.raises(ConsentOutdated):
        await api.authorize(
            seller.ctx, request=asking(app), shop_id=seller.shop_id, scopes=ASKED, seen="something else"
        )
    for nobody in (api.describe_authorization, api.refuse_authorization):
        with pytest.raises(Unauthenticated):
            await nobody(outside.platform.context("bazaar"), request=asking(app))
    assert (await api.installed_in(seller.ctx, shop_id=seller.shop_id)).items == []


async def test_a_browser_is_sent_only_where_the_app_said_and_learns_what_is_wrong_there(outside, app, seller):
    for uri in (
        f"{BACK}#x",
        BACK.replace("https", "http"),
        "https://erp.example.com/",
        "https://evil.example/",
        "",
    ):
        with pytest.raises(RedirectUnknown):
            await api.describe_authorization(seller.ctx, request=asking(app, redirect_uri=uri))
    for client in ("", "pty_x", PARTY_ID.show(PARTY_ID.new()), PARTY_ID.show(seller.ctx.party())):
        with pytest.raises(AppNotFound):
            await api.describe_authorization(seller.ctx, request=asking(app, client_id=client))
    for error, wrong in (
        ("unsupported_response_type", {"response_type": "token"}),
        ("invalid_request", {"code_challenge": ""}),
        ("invalid_request", {"code_challenge_method": "plain"}),
        ("invalid_request", {"code_challenge": "short"}),
        ("invalid_request", {"state": "line\nbreak"}),
        ("invalid_scope", {"scope": "trade.order.read product.product.edit"}),
    ):
        with pytest.raises(AuthorizationRefused) as told:
            await api.describe_authorization(seller.ctx, request=asking(app, **wrong))
        back = parse_qs(urlsplit(told.value.extras["redirect_to"]).query)
        assert told.value.extras["redirect_to"].startswith("https://erp.example.com/back?tab=1&")
        assert (back["error"], "code" in back) == ([error], False)
        assert back.get("state") == (None if "state" in wrong else ["a b&c"])
    no = await api.refuse_authorization(seller.ctx, request=asking(app))
    assert parse_qs(urlsplit(no).query)["error"] == ["access_denied"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"code_verifier": VERIFIER[:-1] + "l"},
        {"code_verifier": ""},
        {"redirect_uri": "https://erp.example.com/back"},
        {"redirect_uri": ""},
    ],
)
async def test_a_code_is_worth_nothing_without_what_belongs_to_it_and_is_wasted_by_a_wrong_try(
    app, seller, program, wrong
):
    code = (await give(seller, app))["code"]
    assert await refused(redeem(program, app, code, **wrong)) == "invalid_grant"
    assert await refused(redeem(program, app, code)) == "invalid_grant"


async def test_a_code_is_one_apps_own_and_lasts_a_minute(outside, developer, app, seller, program):
    other = await api.register_app(developer, name="Other", scopes=ASKED, redirect_uris=[BACK])
    stolen = (await give(seller, app))["code"]
    assert await refused(redeem(program, other, stolen)) == "invalid_grant"
    late = (await give(seller, app))["code"]
    await outside.house.wait(timedelta(seconds=61))
    assert await refused(redeem(program, app, late)) == "invalid_grant"
    assert await refused(redeem(program, app, "hac_nothing")) == "invalid_grant"


async def test_a_code_that_comes_twice_ends_what_came_of_it(outside, app, seller, program):
    code = (await give(seller, app))["code"]
    outcomes = await race(*(redeem(program, app, code) for _ in range(4)))
    answers = [one for one in outcomes if not isinstance(one, OAuthRefused)]
    assert len(answers) <= 1
    assert {one.error for one in outcomes if isinstance(one, OAuthRefused)} == {"invalid_grant"}

    for got in answers:
        await outside.house.deliver()
        assert await actor(outside, got.access_token) is None
        assert await refused(refresh(program, app, got.refresh_token)) == "invalid_grant"
    assert (
        await api.installed_in(seller.ctx, shop_id=seller.shop_id)
    ).items  # what the shop lets it do stays


async def test_a_refresh_token_is_used_once_and_one_that_comes_back_ends_everything(
    outside, app, seller, program
):
    first = await redeem(program, app, (await give(seller, app))["code"])
    second = await refresh(program, app, first.refresh_token)
    less = await refresh(program, app, second.refresh_token, scope="inventory.stock.see")
    assert (await actor(outside, less.access_token)).grants == {f"inventory.stock.see@shop:{seller.shop_id}"}
    again = await refresh(program, app, less.refresh_token)  # it was the access token that had less
    assert again.scope == " ".join(ASKED)
    assert (
        await refused(refresh(program, app, again.refresh_token, scope="product.product.edit"))
        == "invalid_scope"
    )
    assert await actor(outside, first.access_token) is not None

    assert await refused(refresh(program, app, first.refresh_token)) == "invalid_grant"

    for got in (first, second, less, again):
        assert await actor(outside, got.access_token) is None
    assert await refused(refresh(program, app, again.refresh_token)) == "invalid_grant"


async def test_of_two_who_refresh_with_one_token_neither_goes_on(outside, app, seller, program):
    got = await redeem(program, app, (await give(seller, app))["code"])

    outcomes = await asyncio.gather(
        refresh(program, app, got.refresh_token),
        refresh(program, app, got.refresh_token),
        return_exceptions=True,
    )

    won = [one for one in outcomes if not isinstance(one, OAuthRefused)]
    assert len(won) == 1
    await outside.house.deliver()
    assert await actor(outside, won[0].access_token) is None
    assert await refused(refresh(program, app, won[0].refresh_token)) == "invalid_grant"


async def test_refresh_tokens_end_with_time_and_with_the_installation(outside, app, seller, program):
    old = await redeem(program, app, (await give(seller, app))["code"])
    await outside.house.wait(timedelta(days=61))
    assert await refused(refresh(program, app, old.refresh_token)) == "invalid_grant"
    got = await redeem(program, app, (await give(seller, app))["code"])

    await api.uninstall(seller.ctx, shop_id=seller.shop_id, app_id=app.id)

    assert await actor(outside, got.access_token) is None
    assert await refused(refresh(program, app, got.refresh_token)) == "invalid_grant"
    await give(seller, app)  # let in again: what was over stays over
    assert await refused(refresh(program, app, got.refresh_token)) == "invalid_grant"


async def test_a_token_never_does_more_than_the_shop_still_lets_the_app(
    outside, developer, app, seller, program
):
    got = await redeem(program, app, (await give(seller, app))["code"])
    await api.change_app(developer, app_id=app.id, scopes=ASKED[:1])

    later = await refresh(program, app, got.refresh_token)

    assert later.scope == "trade.order.read"
    assert (await actor(outside, later.access_token)).grants == {f"trade.order.read@shop:{seller.shop_id}"}
    await api.retire_app(developer, app_id=app.id)
    assert await refused(refresh(program, app, later.refresh_token)) == "invalid_client"


async def test_revoking(outside, developer, app, seller, program):
    other = await api.register_app(developer, name="Other", scopes=ASKED)
    got = await redeem(program, app, (await give(seller, app))["code"])

    async def revoke(which, **form):
        await api.revoke_authorization(program, form={"client_id": PARTY_ID.show(which.id)} | form)

    await revoke(other, token=got.access_token)
    await revoke(other, token=got.refresh_token)
    await revoke(app, token="hrt_nothing", token_type_hint="refresh_token")
    assert await actor(outside, got.access_token) is not None
    await revoke(app, token=got.access_token)
    assert await actor(outside, got.access_token) is None
    more = await refresh(program, app, got.refresh_token)
    await revoke(app, token=more.refresh_token, token_type_hint="access_token")
    assert await actor(outside, more.access_token) is None
    assert await refused(refresh(program, app, more.refresh_token)) == "invalid_grant"
    assert await refused(revoke(app)) == "invalid_request"


async def test_an_app_with_a_secret_shows_it(developer, app, seller, program):
    secret = await api.rotate_client_secret(developer, app_id=app.id)
    with pytest.raises(AppNotFound):
        await api.rotate_client_secret(seller.ctx, app_id=app.id)
    code = (await give(seller, app))["code"]
    name = PARTY_ID.show(app.id)
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": VERIFIER}

    def basic(pair):
        return "Basic " + b64encode(pair.encode()).decode()

    for wrong in ("", basic(f"{name}:wrong"), basic(name), "Basic !", "Bearer x", basic(f":{secret}")):
        with pytest.raises(OAuthRefused) as told:
            await api.exchange_token(program, form=form | {"client_id": name}, authorization=wrong)
        assert told.value.error == "invalid_client"
    twice = api.exchange_token(
        program, form=form | {"client_secret": secret}, authorization=basic(f"{name}:{secret}")
    )
    assert await refused(twice) == "invalid_request"
    got = await api.exchange_token(program, form=form, authorization=basic(f"{name}:{secret}"))
    by_form = await refresh(program, app, got.refresh_token, client_secret=secret)
    newer = await api.rotate_client_secret(developer, app_id=app.id)
    assert (
        await refused(refresh(program, app, by_form.refresh_token, client_secret=secret)) == "invalid_client"
    )
    assert (await refresh(program, app, by_form.refresh_token, client_secret=newer)).scope


async def test_what_the_token_endpoint_does_not_serve(app, program):
    assert await refused(ask(program, app)) == "invalid_request"
    for grant in ("password", "client_credentials", "urn:ietf:params:oauth:grant-type:device_code"):
        assert await refused(ask(program, app, grant_type=grant)) == "unsupported_grant_type"
    assert await refused(ask(program, app, grant_type="authorization_code")) == "invalid_request"
    assert await refused(ask(program, app, grant_type="refresh_token")) == "invalid_request"


async def test_where_browsers_are_sent_back_to_is_checked_when_it_is_registered(developer, app):
    for uri in (
        *(
            "http://erp.example.com/",
            "javascript:alert(1)",
            "https://",
            "https://a@b.example/",
            "ftp://b.example/",
        ),
        *(
            "https://b.example/#x",
            "https://b.example/ x",
            "https://b.example/\n",
            "x",
            "https://b.example:port/",
        ),
        *("http://localhost/", "http://127.0.0.1.evil.example/", "https://b.example/" + "x" * 500),
    ):
        with pytest.raises(Invalid):
            await api.change_app(developer, app_id=app.id, redirect_uris=[uri])
    mine = ["https://b.example/x?y=z", "http://127.0.0.1/back", "http://[::1]:80/back"]
    assert (await api.change_app(developer, app_id=app.id, redirect_uris=mine)).redirect_uris == tuple(mine)
    assert rules.is_registered("http://127.0.0.1:49152/back", mine)
    assert rules.is_registered("http://[::1]:5/back", mine)
    assert not rules.is_registered("http://127.0.0.1:49152/other", mine)
    assert not rules.is_registered("https://b.example:444/x?y=z", mine)


@given(
    st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~", min_size=43, max_size=128)
)
def test_a_verifier_proves_its_own_challenge_and_no_other(verifier):
    challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    assert rules.proves(verifier, challenge)
    assert not rules.proves(verifier, CHALLENGE) or verifier == VERIFIER
    assert not rules.proves(verifier[:42], challenge)
    assert rules.proves(VERIFIER, CHALLENGE)


def error_of(call, *args):
    """What is wrong, and what came of it when nothing is."""
    try:
        return "", call(*args)
    except OAuthRefused as wrong:
        return wrong.error, None


@given(st.binary(max_size=200), st.sampled_from(["application/x-www-form-urlencoded", "text/plain", ""]))
def test_whatever_comes_as_a_form_is_read_or_refused(body, content_type):
    error, read = error_of(rules.read_form, content_type, body)
    assert error in {"", "invalid_request"}
    assert all(value and "\0" not in value for value in (read or {}).values())


@given(
    st.text(max_size=100),
    st.dictionaries(st.sampled_from(["client_id", "client_secret"]), st.text(max_size=9)),
)
def test_whoever_a_client_says_it_is_is_read_or_refused(authorization, form):
    error, client = error_of(rules.client_of, authorization, form)
    assert (error in {"invalid_client", "invalid_request"}) is (client is None)
