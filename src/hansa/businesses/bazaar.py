"""Bazaar: many small sellers under one roof."""

from __future__ import annotations

from datetime import timedelta

from hansa.centers.shop.types import Commission
from hansa.centers.trade.terms import Deadlines
from hansa.kernel.business import Business
from hansa.kernel.context import Traffic

BAZAAR = Business(
    "bazaar",
    title={"en": "Bazaar", "zh": "巷集"},
    texts={
        "lede": {
            "en": "Things made by hand, sold by those who made them.",
            "zh": "手作之物，由手作之人亲自售卖。",
        },
    },
    currency="CNY",
    languages=("zh", "en"),
    entity="hansa-demo",
    traffic=Traffic.SANDBOX,
    look={"wall": "mist"},
    terms=[
        Deadlines(pay=timedelta(minutes=30), confirm=timedelta(days=10)),
        Commission(basis_points=500),
    ],
)
