"""Businesses say things in their own words, and cannot do harm by them."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from hansa.centers.message import api
from hansa.centers.message._rules.wording import template_errors
from hansa.centers.message.errors import TemplateChangedSince, TemplateUnknown
from hansa.centers.message.types import Template
from hansa.kernel.context import SYSTEM, Actor
from hansa.kernel.page import CursorMalformed
from hansa.kernel.problem import Forbidden, Invalid, Unauthenticated

OURS = Template(
    subject="Hooray, {{ order }}!", text="{{ recipient }}: {{ amount | money }} at {{ business }}."
)
PAID = {"order": "ord_1", "amount": {"minor": 123450, "currency": "CNY"}}


@pytest.fixture
def operator(house):
    return house.ctx(SYSTEM)


async def publish(ctx, words=OURS, *, name="test.paid", language="en", version=0):
    return await api.publish_template(ctx, name=name, language=language, words=words, version=version)


async def subjects(ctx):
    return [item.subject for item in (await api.inbox(ctx)).items]


async def test_what_is_published_is_said(house, office, operator):
    ada = await house.person()
    before = await api.template(operator, name="test.paid", language="en")
    assert (before.version, before.parameters) == (0, ("amount", "order"))
    assert before.words.subject == "Order {{ order }} is paid"

    published = await publish(operator)
    assert published.version == 1
    await house.tell(ada.actor.party)
    await house.deliver()
    (mail,) = office.mails
    assert mail["Subject"] == "Hooray, ord_1!"
    assert mail.get_body(("plain",)).get_content().splitlines()[0] == "Ada: CN¥1,234.50 at The Bazaar."
    assert await subjects(ada) == ["Hooray, ord_1!"]
    assert await subjects(ada.with_(locale="zh")) == ["订单 ord_1 已付款"]  # Chinese was not changed
    now = await api.template(operator, name="test.paid", language="en")
    assert (now.version, now.words) == (1, OURS)


async def test_words_of_one_business_are_not_anothers(house, operator):
    ada = await house.person()
    await publish(operator)
    await house.tell(ada.actor.party, business="market")
    assert await subjects(house.ctx(ada.actor, "market")) == ["Order ord_1 is paid"]


async def test_versions_stay_and_a_withdrawal_is_one(house, operator):
    ada = await house.person()
    await house.tell(ada.actor.party)
    await publish(operator)
    await publish(operator, Template(subject="Again {{ order }}", text="x"), version=1)
    assert await subjects(ada) == ["Again ord_1"]
    for _ in range(2):
        await api.withdraw_template(operator, name="test.paid", language="en")
    assert await subjects(ada) == ["Order ord_1 is paid"]
    assert (await api.template(operator, name="test.paid", language="en")).version == 3
    first = await api.template_versions(operator, name="test.paid", language="en", limit=2)
    rest = await api.template_versions(
        operator, name="test.paid", language="en", limit=2, cursor=first.cursor
    )
    assert [(one.version, one.withdrawn) for one in (*first.items, *rest.items)] == [
        (3, True),
        (2, False),
        (1, False),
    ]
    assert first.items[0].published_by == "system"
    await publish(operator, version=3)
    assert await subjects(ada) == ["Hooray, ord_1!"]
    with pytest.raises(CursorMalformed):
        await api.template_versions(operator, name="test.paid", language="en", cursor="x")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await house.rows("UPDATE message.template SET subject = 'x'")


async def test_of_two_who_change_the_same_version_one_is_told(operator):
    outcomes = await asyncio.gather(*(publish(operator) for _ in range(4)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in outcomes) == ["TemplateChangedSince"] * 3 + ["Wording"]
    with pytest.raises(TemplateChangedSince) as refused:
        await publish(operator, version=0)
    assert refused.value.extras == {"version": 1}


async def test_a_language_the_center_has_no_words_in_can_be_published(house, operator):
    ada = await house.person()
    await publish(operator, Template(subject="Bezahlt: {{ order }}", text="x"), language="de")
    await house.tell(ada.actor.party)
    assert await subjects(ada.with_(locale="de-AT")) == ["Bezahlt: ord_1"]
    assert await subjects(ada) == ["Order ord_1 is paid"]
    for name, language in (("test.nothing", "en"), ("test.paid", "not a language")):
        with pytest.raises(TemplateUnknown):
            await publish(operator, name=name, language=language)
    with pytest.raises(TemplateUnknown):
        await api.template(operator, name="test.paid", language="fr")


async def test_words_that_fail_with_what_is_told_are_passed_over(house, office, operator):
    """What a center tells may change after words were published; its own words still work."""
    ada = await house.person()
    await publish(operator, Template(subject="{{ words | money }}", text="x"), name="test.english_only")
    await house.tell(ada.actor.party, "test.english_only", words="no amount")
    await house.rows(
        """INSERT INTO message.template
           SELECT business, name, language, 2, 'Needs {{ more }}', text, html, false, published_at, published_by
             FROM message.template"""
    )
    await house.tell(ada.actor.party, "test.english_only", words="no more")
    await house.deliver()
    assert [mail["Subject"] for mail in office.mails] == ["Only English"] * 2
    assert await subjects(ada) == ["Only English"] * 2
    await house.wait(timedelta(hours=1))
    assert len(office.taken) == 2


async def test_words_are_seen_before_they_are_published(house, operator):
    shown = await api.preview_template(operator, name="test.paid", language="en", words=OURS, params=PAID)
    assert (shown.subject, shown.text) == ("Hooray, ord_1!", "Ada: CN¥1,234.50 at The Bazaar.")
    assert "<p>Ada:" in shown.html
    for params in ({}, {"order": "x", "amount": "a lot"}):
        with pytest.raises(Invalid):
            await api.preview_template(operator, name="test.paid", language="en", words=OURS, params=params)
    assert (await api.template(operator, name="test.paid", language="en")).version == 0


async def test_publishing_takes_the_right_to_it(house, operator):
    ada = await house.person()
    for one, refusal in ((ada, Forbidden), (house.ctx(), Unauthenticated)):
        for asking in (
            publish(one),
            api.templates(one),
            api.template(one, name="test.paid", language="en"),
            api.template_versions(one, name="test.paid", language="en"),
            api.withdraw_template(one, name="test.paid", language="en"),
            api.preview_template(one, name="test.paid", language="en", words=OURS, params=PAID),
        ):
            with pytest.raises(refusal):
                await asking
    own = frozenset({"message.template.publish@business:bazaar"})
    keeper = ada.with_(actor=Actor(ada.actor.kind, ada.actor.party, own))
    assert (await publish(keeper)).version == 1
    with pytest.raises(Forbidden):
        await publish(house.ctx(keeper.actor, "market"))


async def test_the_list_names_what_centers_tell_and_what_was_published(operator):
    await publish(operator, Template(subject="Welcome!", text="x"), name="message.welcome")
    first = await api.templates(operator, limit=2)
    rest = await api.templates(operator, cursor=first.cursor)
    names = [one.name for one in (*first.items, *rest.items)]
    assert names == sorted(names)
    welcome = next(one for one in (*first.items, *rest.items) if one.name == "message.welcome")
    with pytest.raises(CursorMalformed):
        await api.templates(operator, cursor="WyJ4Il0")  # the name of nothing
    assert (welcome.languages, welcome.published) == (("en", "zh"), {"en": 1})


@pytest.mark.parametrize(
    "source",
    [
        "{{ unknown }}",
        "{{ order",
        "{% include 'x' %}",
        "{% macro m() %}{% endmacro %}",
        "{% set x = 1 %}",
        "{% for n in range(100000) %}x{% endfor %}",
        "{% for a in lines %}{% for b in lines %}x{% endfor %}{% endfor %}",
        "{% for a in lines %}{% if a %}{% for b in lines %}x{% endfor %}{% endif %}{% endfor %}",
        "{% for a in lines recursive %}x{% endfor %}",
        "{% for a in [1, 2] %}x{% endfor %}",
        "{{ 'a' * 1000000000 }}",
        "{{ 9 ** 9 ** 9 }}",
        "{{ order.__class__ }}{{ order() }}",
        "{{ order | safe }}",
        "{{ order | center(1000000000) }}",
        "{{ order is sameas(1) }}",
        "{{ lines[0:3] }}",
        "{{ '%1000000000d' % 1 }}",
        "{{ order ~ order }}",
        "{{ " + "(" * 3000 + "order" + ")" * 3000 + " }}",
        "{{ " + "not " * 2400 + "order }}",
        "x" * 10_001,
        "",
        "NUL \0",
        "half \ud800",
    ],
)
def test_what_takes_long_or_reaches_far_is_refused(source):
    errors = template_errors(Template(subject="s", text=source), parameters=["order", "lines"])
    assert {error.field for error in errors} == {"text"}


@pytest.mark.parametrize(
    "source",
    [
        "Plain",
        "{{ recipient }} {{ business }} {{ language }} {{ order | upper }} {{ amount | money }}",
        "{% if order == 'x' and amount.minor > 0 %}a{% elif not order %}b{% else %}c{% endif %}",
        "{% for line in lines %}{{ loop.index }} {{ line.title | trim }}\n{% endfor %}",
        "{{ order if order is defined else 'x' }} {{ lines | first }} {{ amount['minor'] }}",
    ],
)
def test_what_words_need_is_allowed(source):
    words = Template(subject=source[:60] if "{" not in source else "s", text=source, html=source)
    assert template_errors(words, parameters=["order", "lines", "amount"]) == []


def test_every_part_that_is_wrong_is_named():
    wrong = Template(subject="{{ x }}", text="{{ y }}", html="{{ z }}")
    assert [error.field for error in template_errors(wrong, parameters=[])] == ["subject", "text", "html"]
