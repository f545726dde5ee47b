"""Providers that come with packages: named by entry points, made at the start, refused with every reason at once."""

from importlib.metadata import EntryPoint
from types import SimpleNamespace

import pytest

from hansa.centers.payment._sandbox import SandboxProvider
from hansa.centers.payment._service.providers import (
    PROVIDERS_GROUP,
    RIGHT_PROVIDERS,
    Providers,
    installed_providers,
)
from hansa.centers.payment.errors import ProvidersBroken, ProviderUnknown


class HouseBank(SandboxProvider):
    name = "house-bank"


def house_bank(platform):
    return HouseBank(platform.db, b"a secret of the tests")


def another_sandbox(platform):
    return SandboxProvider(platform.db, b"a secret of the tests")


def no_bank(_platform):
    return "house-bank"


def bank_without_key(_platform):
    raise KeyError("HOUSE_BANK_KEY")


def entry(function):
    return EntryPoint(function.__name__, f"{__name__}:{function.__name__}", PROVIDERS_GROUP)


@pytest.fixture
def platform():
    return SimpleNamespace(db=None)


def test_a_package_brings_a_provider_by_an_entry_point(platform):
    made = installed_providers(platform, [entry(house_bank)])
    known = Providers(made)
    assert known.named("house-bank") is made[0]
    with pytest.raises(ProviderUnknown):
        known.named("sandbox")


def test_without_packages_there_is_none(platform):
    assert installed_providers(platform) == []


def test_packages_that_bring_none_are_all_named_at_once(platform):
    gone = EntryPoint("gone", "a_package_that_is_gone:bank", PROVIDERS_GROUP)
    wrong = [gone, *map(entry, (house_bank, house_bank, another_sandbox, no_bank, bank_without_key))]
    with pytest.raises(ProvidersBroken) as refused:
        installed_providers(platform, wrong)
    reasons = refused.value.extras["packages"]
    assert [reason.partition(":")[0] for reason in reasons].count("a_package_that_is_gone") == 1
    assert len(reasons) == 5
    assert sum("another provider called" in reason for reason in reasons) == 2
    assert any("a str" in reason for reason in reasons)
    assert any("HOUSE_BANK_KEY" in reason for reason in reasons)


async def test_the_sandbox_of_a_package_is_right_for_what_is_not_live(till, monkeypatch):
    payment_id = await till.created(600)
    charged = await till.charge(payment_id)
    await till.capture(charged.facts)
    own = till.platform.service(Providers)

    for live, violations in ((False, 0), (True, 1)):
        bank = SimpleNamespace(name="sandbox", live=live)
        monkeypatch.setattr(own, "_by_name", {"sandbox": bank})
        async with till.platform.db.transaction() as tx:
            found = await RIGHT_PROVIDERS.run(tx)
        assert len(found) == violations
