"""What people agree to: asked in words of a version, answered, withdrawn, and never forgotten that it was."""

import pytest

from hansa.centers.user import api
from hansa.centers.user.errors import ConsentOutdated, PurposeUnknown
from hansa.centers.user.terms import Consents, PurposeText
from hansa.kernel.problem import Unauthenticated

PASSWORD = "correct horse battery"
ENGLISH = "May we write to you about new things?"


def asking(*, version=1, text=ENGLISH):
    purpose = PurposeText(
        purpose="marketing", version=version, texts={"en": text, "zh": "可以给您发新品消息吗？"}
    )
    return Consents(purposes=(purpose,))


@pytest.fixture
async def house(houses):
    return await houses(terms=[asking()])


async def consenting(house, *people, purpose="marketing"):
    async with house.db.reading() as tx:
        ids = [person.actor.party for person in people]
        return await api.consenting(tx, people[0], purpose=purpose, party_ids=ids)


async def test_a_consent_is_given_withdrawn_and_both_are_remembered(house):
    ada, bob = await house.person(), await house.person("bob@example.com")
    (asked,) = await api.consents(ada)
    assert (asked.purpose, asked.version, asked.text, asked.given, asked.at) == (
        "marketing", 1, ENGLISH, False, None,
    )  # fmt: skip
    await api.set_consent(ada, purpose="marketing", version=1, given=True)
    await api.set_consent(ada, purpose="marketing", version=1, given=True)  # again: nothing is added
    assert await consenting(house, ada, bob) == {ada.actor.party}
    await api.set_consent(ada, purpose="marketing", version=0, given=False)  # no is no to every version
    assert await consenting(house, ada, bob) == set()
    history = await api.consent_history(ada)
    assert [(one.given, one.text, one.business) for one in history] == [
        (False, ENGLISH, "bazaar"),
        (True, ENGLISH, "bazaar"),
    ]
    assert (await house.told()).count("user.consent_changed") == 2


async def test_another_text_is_asked_anew(houses):
    before = await houses(terms=[asking()])
    ada = await before.person()
    await api.set_consent(ada, purpose="marketing", version=1, given=True)
    after = await houses(terms=[asking(version=2, text="May we and our friends write to you?")])
    ada = after.ctx(ada.actor)
    (asked,) = await api.consents(ada)
    assert (asked.given, asked.outdated, asked.version) == (False, True, 2)
    assert await consenting(after, ada) == set()
    with pytest.raises(ConsentOutdated) as refused:
        await api.set_consent(ada, purpose="marketing", version=1, given=True)
    assert refused.value.extras["version"] == 2
    await api.set_consent(ada, purpose="marketing", version=2, given=True)
    assert [one.text for one in await api.consent_history(ada)] == [
        "May we and our friends write to you?",
        ENGLISH,
    ]


async def test_what_nobody_asks_is_not_answered(house):
    ada = await house.person()
    with pytest.raises(PurposeUnknown):
        await api.set_consent(ada, purpose="selling my data", version=1, given=True)
    assert await consenting(house, ada, purpose="selling my data") == set()
    for ask in (api.consents, api.consent_history):
        with pytest.raises(Unauthenticated):
            await ask(house.ctx())


async def test_the_text_is_in_the_readers_language(house):
    ada = await house.person()
    (asked,) = await api.consents(ada.with_(locale="zh-Hans"))
    assert asked.text == "可以给您发新品消息吗？"


async def test_what_a_guest_agreed_to_is_remembered_of_the_person(house):
    guest = await house.guest()
    await api.set_consent(guest, purpose="marketing", version=1, given=True)
    started = await api.sign_up(guest, email="ada@example.com", password=PASSWORD, name="Ada")
    ada = house.ctx(await house.whoever(started.token))
    (asked,) = await api.consents(ada)
    assert asked.given


async def test_nothing_that_was_said_can_be_changed(house):
    ada = await house.person()
    await api.set_consent(ada, purpose="marketing", version=1, given=True)
    for statement in ('UPDATE "user".consent SET given = false', 'DELETE FROM "user".consent_text'):
        with pytest.raises(Exception, match="permission denied"):
            await house.rows(statement)
