"""The building blocks of views: plain texts, amounts, aware times, and what can be done.

Texts are final, in the reader's language; times are aware UTC and amounts are `Money`: the templates format
both. URLs are final too (`Chrome.at` makes those below the business's prefix).
"""

from hansa.web.parts.common import (
    Action,
    Choice,
    Facet,
    Fact,
    Figure,
    Form,
    Link,
    Notice,
    Pager,
    Part,
    Picture,
    SumRow,
    Tag,
)
from hansa.web.parts.goods import GoodCard, OptionGroup, OptionValue, Review
from hansa.web.parts.orders import (
    Address,
    CartLine,
    CartShop,
    CheckoutGroup,
    DeliveryOption,
    Entry,
    Funder,
    Funding,
    FundingRow,
    Line,
    OrderCard,
    OrderShop,
    TestCard,
)
from hansa.web.parts.people import BusinessCard, CenterCard, Door, Session

__all__ = [
    "Action",
    "Address",
    "BusinessCard",
    "CartLine",
    "CartShop",
    "CenterCard",
    "CheckoutGroup",
    "Choice",
    "DeliveryOption",
    "Door",
    "Entry",
    "Facet",
    "Fact",
    "Figure",
    "Form",
    "Funder",
    "Funding",
    "FundingRow",
    "GoodCard",
    "Line",
    "Link",
    "Notice",
    "OptionGroup",
    "OptionValue",
    "OrderCard",
    "OrderShop",
    "Pager",
    "Part",
    "Picture",
    "Review",
    "Session",
    "SumRow",
    "Tag",
    "TestCard",
]
