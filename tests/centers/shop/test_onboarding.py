"""From applying to selling, where the business looks first."""

import asyncio
from dataclasses import replace
from uuid import uuid4

import pytest

from centers.market import shop_grants
from hansa.centers.shop import api as shop
from hansa.centers.shop._rules.onboarding import answer_errors
from hansa.centers.shop.errors import (
    DossierClosed,
    DossierIncomplete,
    RequirementUnknown,
    SellerReviewed,
    ShopNotFound,
    ShopOver,
    StatusUnchangeable,
    SubmissionOutdated,
)
from hansa.centers.shop.terms import Onboarding, Requirement, RequirementKind
from hansa.centers.shop.types import EntityKind, LegalEntity, Reason, ShopStatus
from hansa.kernel.context import Actor, ActorKind
from hansa.kernel.problem import Forbidden, Invalid, NotFound

ANSWERS = {
    "legal_name": "Celadon House Ltd.",
    "registration_number": "91330100MA2",
    "country": "CN",
    "bank_reference": "ICBC-1",
}
COMPANY = LegalEntity(
    kind=EntityKind.COMPANY, name="Celadon House Ltd.", country="CN", registration="91330100MA2", tax_ids={}
)
WRONG_NUMBER = Reason(code="number_unknown", message="We do not find it", requirement="registration_number")


@pytest.fixture
async def market(markets):
    return await markets(terms=[Onboarding(review=True)])


@pytest.fixture
async def applicant(market):
    return await market.seller()


@pytest.fixture
def operator(market):
    return market.person("shop.shop.review", "shop.shop.suspend", "shop.shop.see")


async def answer_all(seller, shop_id):
    for name, value in ANSWERS.items():
        dossier = await shop.give_answer(seller, shop_id=shop_id, requirement=name, value=value)
    return dossier


async def handed_in(seller, shop_id):
    await answer_all(seller, shop_id)
    return await shop.submit(seller, shop_id=shop_id)


async def causes(ctx, shop_id):
    page = await shop.status_history(ctx, shop_id=shop_id)
    return [(change.status.value, change.cause) for change in reversed(page.items)]


async def test_a_shop_sells_once_the_platform_has_looked(market, applicant, operator):
    opened, seller = applicant
    assert (opened.status, opened.sells) == (ShopStatus.PENDING, False)
    assert (await shop.list_shops(market.ctx)).items == []

    dossier = await answer_all(seller, opened.id)
    assert (dossier.missing, dossier.shop.status) == ((), ShopStatus.ONBOARDING)
    waiting = await shop.submit(seller, shop_id=opened.id)
    assert (await shop.review_queue(operator)).items == [waiting]
    approved = await shop.approve(operator, shop_id=opened.id, submission=1)

    assert approved.sells
    assert (await shop.list_shops(market.ctx)).items == [approved]
    assert (await shop.review_queue(operator)).items == []
    assert await causes(seller, opened.id) == [
        ("pending", "opened"),
        ("onboarding", "answered"),
        ("ready_for_review", "submitted"),
        ("approved", "approved"),
        ("active", "approved"),
    ]
    assert len(await market.told("shop.opened")) == 1


async def test_a_rejected_shop_is_mended_and_handed_in_again(market, applicant, operator):
    opened, seller = applicant
    await handed_in(seller, opened.id)

    await shop.reject(operator, shop_id=opened.id, submission=1, reasons=[WRONG_NUMBER])
    assert (await shop.dossier(seller, shop_id=opened.id)).reasons == (WRONG_NUMBER,)
    mended = await shop.give_answer(
        seller, shop_id=opened.id, requirement="registration_number", value="91330100MA3"
    )
    assert {one.requirement: one.version for one in mended.answers}["registration_number"] == 2
    again = await shop.submit(seller, shop_id=opened.id)

    assert again.submission == 2
    with pytest.raises(SubmissionOutdated):
        await shop.approve(operator, shop_id=opened.id, submission=1)
    assert (await shop.approve(operator, shop_id=opened.id, submission=2)).sells
    [told] = await market.told("shop.rejected")
    assert "number_unknown" in told
    assert "We do not find it" not in told


async def test_a_shop_that_has_nothing_to_mend_is_handed_in_as_it_is(applicant, operator):
    opened, seller = applicant
    await handed_in(seller, opened.id)
    await shop.reject(operator, shop_id=opened.id, submission=1, reasons=[Reason(code="busy")])

    assert (await shop.submit(seller, shop_id=opened.id)).submission == 2


async def test_what_is_missing_is_named(applicant):
    opened, seller = applicant
    await shop.give_answer(seller, shop_id=opened.id, requirement="country", value="CN")

    with pytest.raises(DossierIncomplete) as refusal:
        await shop.submit(seller, shop_id=opened.id)

    assert refusal.value.extras == {"missing": ["legal_name", "registration_number", "bank_reference"]}
    assert (await shop.dossier(seller, shop_id=opened.id)).shop.status is ShopStatus.ONBOARDING


async def test_under_review_nothing_changes_until_it_is_taken_back(applicant, operator):
    opened, seller = applicant
    await handed_in(seller, opened.id)

    with pytest.raises(DossierClosed):
        await shop.give_answer(seller, shop_id=opened.id, requirement="country", value="DE")
    for wrong in (shop.submit, shop.close_shop, shop.open_doors):
        with pytest.raises(StatusUnchangeable):
            await wrong(seller, shop_id=opened.id)
    back = await shop.withdraw_submission(seller, shop_id=opened.id)

    assert back.status is ShopStatus.ONBOARDING
    for late in (shop.approve, shop.reject):
        with pytest.raises(StatusUnchangeable):
            await late(operator, shop_id=opened.id, submission=1, reasons=[Reason(code="no")])
    with pytest.raises(StatusUnchangeable):
        await shop.withdraw_submission(seller, shop_id=opened.id)


async def test_of_an_approval_and_a_withdrawal_at_once_one_happens(market, applicant, operator):
    opened, seller = applicant
    for submission in range(1, 9):
        await handed_in(seller, opened.id)
        outcomes = await asyncio.gather(
            shop.reject(operator, shop_id=opened.id, submission=submission, reasons=[Reason(code="no")]),
            shop.withdraw_submission(seller, shop_id=opened.id),
            return_exceptions=True,
        )
        assert [isinstance(one, StatusUnchangeable) for one in outcomes].count(True) == 1
        assert (await shop.dossier(seller, shop_id=opened.id)).shop.status in {
            ShopStatus.REJECTED,
            ShopStatus.ONBOARDING,
        }
    assert await market.verify() == []


async def test_of_two_operators_who_decide_at_once_one_does(applicant, operator):
    opened, seller = applicant
    await handed_in(seller, opened.id)

    outcomes = await asyncio.gather(
        shop.approve(operator, shop_id=opened.id, submission=1),
        shop.reject(operator, shop_id=opened.id, submission=1, reasons=[Reason(code="no")]),
        return_exceptions=True,
    )

    assert [isinstance(one, StatusUnchangeable) for one in outcomes].count(True) == 1


async def test_only_the_platform_decides(market, applicant):
    opened, seller = applicant
    await handed_in(seller, opened.id)

    for decide in (shop.approve, shop.reject):
        with pytest.raises(Forbidden):
            await decide(seller, shop_id=opened.id, submission=1, reasons=[Reason(code="mine")])
    with pytest.raises(Forbidden):
        await shop.review_queue(seller)
    with pytest.raises(ShopNotFound):
        await shop.approve(market.ctx, shop_id=uuid4(), submission=1)
    fair = market.platform.context("fair", actor=market.ctx.actor)
    with pytest.raises(ShopNotFound):
        await shop.approve(fair, shop_id=opened.id, submission=1)
    assert (await shop.review_queue(fair)).items == []


async def test_seller_a_does_not_see_or_answer_for_seller_b(market, applicant):
    opened, _ = applicant
    _, other = await market.seller("other")

    for reach in (
        shop.dossier(other, shop_id=opened.id),
        shop.give_answer(other, shop_id=opened.id, requirement="country", value="CN"),
        shop.submit(other, shop_id=opened.id),
        shop.withdraw_submission(other, shop_id=opened.id),
        shop.status_history(other, shop_id=opened.id),
        shop.state_seller(other, shop_id=opened.id, entity=COMPANY),
        shop.seller_history(other, shop_id=opened.id),
        shop.close_shop(other, shop_id=opened.id),
    ):
        with pytest.raises(Forbidden):
            await reach


async def test_the_queue_shows_the_longest_waiting_first_in_pages(market, operator):
    waiting = []
    for n in range(5):
        opened, seller = await market.seller(f"s{n}")
        waiting.append((await handed_in(seller, opened.id)).id)

    seen, cursor = [], None
    while True:
        page = await shop.review_queue(operator, cursor=cursor, limit=2)
        seen += [one.id for one in page.items]
        if (cursor := page.cursor) is None:
            break

    assert seen == waiting


async def test_a_business_may_leave_opening_to_the_shop(markets):
    market = await markets(terms=[Onboarding(review=True, requirements=(), opens_on_approval=False)])
    opened, seller = await market.seller()
    await shop.submit(seller, shop_id=opened.id)

    approved = await shop.approve(market.ctx, shop_id=opened.id, submission=1)
    assert (approved.status, approved.sells) == (ShopStatus.APPROVED, False)
    assert (await shop.open_doors(seller, shop_id=opened.id)).sells


async def test_an_applicant_may_give_up(applicant):
    opened, seller = applicant
    assert (await shop.close_shop(seller, shop_id=opened.id)).status is ShopStatus.CLOSED

    for late in (shop.submit, shop.close_shop, shop.keep_open):
        with pytest.raises(ShopOver):
            await late(seller, shop_id=opened.id)


@pytest.mark.parametrize(
    ("asked", "right", "wrong"),
    [
        ({"kind": RequirementKind.COUNTRY}, "CN", ["cn", "CHN", "", "C\0"]),
        ({"kind": RequirementKind.DATE}, "2026-11-22", ["20261122", "2026-13-01", "today"]),
        (
            {"kind": RequirementKind.DOCUMENT},
            "5bbeca2b-ea15-4025-95bb-aa36dee75028",
            ["x", "5bbeca2bea15402595bbaa36dee75028"],
        ),
        ({"pattern": "[0-9]{3}", "length_max": 3}, "123", ["12", "1234", "abc", " "]),
        ({}, "Anything at all", ["", "a" * 201, "\udfff"]),
    ],
)
def test_an_answer_looks_as_it_is_asked(asked, right, wrong):
    requirement = Requirement(name="x", title={"en": "X"}, **asked)

    assert answer_errors(requirement, right) == []
    for value in wrong:
        assert [error.field for error in answer_errors(requirement, value)] == ["value"]


def test_a_pattern_that_is_none_is_refused_when_it_is_written():
    with pytest.raises(ValueError, match="no regular expression"):
        Requirement(name="x", title={}, pattern="(")


async def test_nobody_answers_what_is_not_asked(applicant):
    opened, seller = applicant
    with pytest.raises(RequirementUnknown):
        await shop.give_answer(seller, shop_id=opened.id, requirement="shoe_size", value="42")
    with pytest.raises(Invalid):
        await shop.give_answer(seller, shop_id=opened.id, requirement="country", value="China")


@pytest.mark.parametrize(
    ("reasons", "fields"),
    [
        ([], ["reasons"]),
        ([Reason(code="No!")], ["reasons.0.code"]),
        ([Reason(code="no", requirement="shoe_size")], ["reasons.0.requirement"]),
        ([Reason(code="no", message="a\0")], ["reasons.0.message"]),
        ([Reason(code="no")] * 21, ["reasons"]),
    ],
)
async def test_a_rejection_says_why_in_words_that_fit(applicant, operator, reasons, fields):
    opened, seller = applicant
    await handed_in(seller, opened.id)

    with pytest.raises(Invalid) as refusal:
        await shop.reject(operator, shop_id=opened.id, submission=1, reasons=reasons)

    assert [error.field for error in refusal.value.errors] == fields


async def test_who_sells_is_stated_in_versions_that_never_change(market, applicant):
    opened, seller = applicant
    with pytest.raises(NotFound):
        await shop.seller_of(market.ctx, shop_id=opened.id)

    first = await shop.state_seller(seller, shop_id=opened.id, entity=COMPANY)
    assert await shop.state_seller(seller, shop_id=opened.id, entity=COMPANY) == first
    moved = LegalEntity(
        **{name: getattr(COMPANY, name) for name in COMPANY.__struct_fields__} | {"name": "New"}
    )
    second = await shop.state_seller(seller, shop_id=opened.id, entity=moved)

    assert (first.version, second.version) == (1, 2)
    assert await shop.seller_of(market.ctx, shop_id=opened.id) == second
    assert (await shop.seller_history(seller, shop_id=opened.id)).items == [second, first]
    async with market.db.transaction() as tx:
        assert await shop.sellers(tx, [first.id, second.id]) == {first.id: first, second.id: second}
    assert (await shop.require_shop(market.ctx, opened.id)).seller == second.id
    assert await market.verify() == []


async def test_who_was_reviewed_is_changed_by_the_platform_alone(market, applicant, operator):
    opened, seller = applicant
    await shop.state_seller(seller, shop_id=opened.id, entity=COMPANY)
    await handed_in(seller, opened.id)
    other = LegalEntity(
        kind=EntityKind.SOLE_TRADER, name="Somebody else", country="DE", registration="", tax_ids={}
    )

    with pytest.raises(SellerReviewed):
        await shop.state_seller(seller, shop_id=opened.id, entity=other)
    await shop.approve(operator, shop_id=opened.id, submission=1)
    with pytest.raises(SellerReviewed):
        await shop.state_seller(seller, shop_id=opened.id, entity=other)
    assert (await shop.state_seller(market.ctx, shop_id=opened.id, entity=other)).version == 2


async def test_a_wrong_legal_entity_is_refused_by_field(applicant):
    opened, seller = applicant
    wrong = LegalEntity(
        kind=EntityKind.COMPANY,
        name=" ",
        country="cn",
        registration="x" * 41,
        tax_ids={"VAT": "1", "vat": ""},
    )

    with pytest.raises(Invalid) as refusal:
        await shop.state_seller(seller, shop_id=opened.id, entity=wrong)

    assert [error.field for error in refusal.value.errors] == [
        "name",
        "country",
        "registration",
        "tax_ids",
        "tax_ids.vat",
    ]


async def test_verify_names_a_shop_whose_history_leads_elsewhere(market, markets, applicant):
    opened, seller = applicant
    await shop.state_seller(seller, shop_id=opened.id, entity=COMPANY)
    assert await market.verify() == []
    await market.rows(
        "UPDATE shop.shop SET previous_status = 'pending', status = 'onboarding', seller = NULL"
    )

    told, outdated = await market.verify()

    assert "history" in told
    assert "outdated" in outdated


async def test_staff_hands_a_shop_in_only_where_it_may(market, applicant):
    opened, seller = applicant
    clerk = uuid4()
    await shop.add_staff(seller, shop_id=opened.id, party=clerk, permissions=["shop.shop.see"])
    acting = replace(
        seller, actor=Actor(ActorKind.PERSON, clerk, frozenset(await shop_grants(seller, clerk)))
    )

    assert (await shop.dossier(acting, shop_id=opened.id)).missing
    with pytest.raises(Forbidden):
        await shop.submit(acting, shop_id=opened.id)
