"""One struct per page: the whole contract between a route and its template.

A field without a default must be given; nothing else reaches the template. `tests/web` renders each of them.
"""

from hansa.web.views.account import (
    AccountPage,
    AuthorizePage,
    ConfirmPage,
    InboxPage,
    LeavePage,
    LoginPage,
    PrivacyPage,
    ProofPage,
    SecurityPage,
    SentBackPage,
    SignupPage,
    TalkPage,
    TalksPage,
    TellingPage,
    TokenPage,
    UnsubscribePage,
)
from hansa.web.views.base import Chrome, View
from hansa.web.views.front import DesignPage, ErrorPage, PortalPage
from hansa.web.views.orders import CancelPage, DraftPage, DraftsPage, OrderPage, OrdersPage
from hansa.web.views.reviews import MyReviewsPage, ReviewsPage, WriteReviewPage
from hansa.web.views.shopping import CartPage, CheckoutPage, ListPage, NearPage, PayPage, ProductPage

__all__ = [
    "AccountPage",
    "AuthorizePage",
    "CancelPage",
    "CartPage",
    "CheckoutPage",
    "Chrome",
    "ConfirmPage",
    "DesignPage",
    "DraftPage",
    "DraftsPage",
    "ErrorPage",
    "InboxPage",
    "LeavePage",
    "ListPage",
    "LoginPage",
    "MyReviewsPage",
    "NearPage",
    "OrderPage",
    "OrdersPage",
    "PayPage",
    "PortalPage",
    "PrivacyPage",
    "ProductPage",
    "ProofPage",
    "ReviewsPage",
    "SecurityPage",
    "SentBackPage",
    "SignupPage",
    "TalkPage",
    "TalksPage",
    "TellingPage",
    "TokenPage",
    "UnsubscribePage",
    "View",
    "WriteReviewPage",
]
