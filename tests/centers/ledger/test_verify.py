"""`hansa verify` names the first bad row, whatever was done to the books behind the platform's back."""

import pytest

from hansa.centers.ledger.types import ACCOUNT_ID, account_id


@pytest.mark.parametrize(
    ("vandalism", "checks"),
    [
        (
            (
                "ALTER TABLE ledger.journal DROP CONSTRAINT journal_zero_sum; "
                "UPDATE ledger.journal SET amounts = ARRAY[1, -2] WHERE kind = 'paid'"
            ),
            {"ledger.zero_sum", "ledger.entries_follow_journals"},
        ),
        (
            "UPDATE ledger.entry SET minor = minor + 1 WHERE seq = 1",
            {"ledger.entries_follow_journals", "ledger.balances", "ledger.history"},
        ),
        (
            "UPDATE ledger.account SET balance_minor = balance_minor + 1 WHERE account_class = 'provider_clearing'",
            {"ledger.balances", "ledger.trial_balance"},
        ),
        (
            "DELETE FROM ledger.entry WHERE seq = 1 AND minor < 0 AND balance_minor = -1000",
            {"ledger.entries_follow_journals", "ledger.balances", "ledger.sequences", "ledger.history"},
        ),
        ("UPDATE ledger.entry SET posted_at = 'epoch' WHERE seq = 2", {"ledger.history"}),
        (
            "UPDATE ledger.account SET party = gen_random_uuid() WHERE account_class = 'escrow'",
            {"ledger.account_ids"},
        ),
        ("UPDATE ledger.journal SET traffic = 'live' WHERE kind = 'paid'", {"ledger.traffic"}),
        ("UPDATE ledger.journal SET reverses = gen_random_uuid() WHERE kind = 'paid'", {"ledger.reversals"}),
        ("DELETE FROM ledger.journal WHERE kind = 'paid'", {"ledger.entries_follow_journals"}),
        (
            (
                "ALTER TABLE ledger.account DROP CONSTRAINT account_floor; "
                "UPDATE ledger.account SET floor_minor = 100000 WHERE account_class = 'escrow'"
            ),
            {"ledger.floors"},
        ),
    ],
)
async def test_vandalism_is_found(own_books, vandalism, checks):
    await own_books.post(own_books.paid(1000), own_books.received(300))
    assert await own_books.verify() == []

    await own_books.vandalise(vandalism)

    found = await own_books.verify()
    assert {sentence.partition(":")[0] for sentence in found} == checks


async def test_the_first_bad_row_is_named(own_books):
    await own_books.post(own_books.paid(1000))
    await own_books.vandalise(
        "UPDATE ledger.account SET party = gen_random_uuid() WHERE account_class = 'escrow'"
    )

    (sentence,) = await own_books.verify()

    assert ACCOUNT_ID.show(account_id(own_books.escrow)) in sentence
