"""Ways into an account, and the account."""

from __future__ import annotations

from datetime import datetime

from hansa.web.parts import Action, Address, Choice, Door, Form, Session
from hansa.web.views.base import View


class LoginPage(View, frozen=True, kw_only=True):
    """`/{business}/login`: sends `email`, `password` and `next`. `doors` are the demo's accounts."""

    template = "pages/login.html"
    post_url: str
    signup_url: str
    forgot_url: str
    next: str = ""
    doors: tuple[Door, ...] = ()
    form: Form = Form()


class SignupPage(View, frozen=True, kw_only=True):
    """`/{business}/signup`: sends `name`, `email`, `password` and `next`."""

    template = "pages/signup.html"
    post_url: str
    login_url: str
    next: str = ""
    form: Form = Form()


class ProofPage(View, frozen=True, kw_only=True):
    """`/{business}/proof/{purpose}` and `/{business}/forgot`: one thing to do, after a mail or before one.

    Sends `token` (the link's, when there is one) and what it `wants`: `email`, `password`, or nothing but the button.
    """

    template = "pages/proof.html"
    title: str
    button: str
    post_url: str
    token: str = ""
    wants: str = ""
    form: Form = Form()


class AccountPage(View, frozen=True, kw_only=True):
    """`/{business}/account`: who one is here. Sends `name` to `post_url`.

    A new address goes to `address_url` with the fields of `ui.address_fields`. The password form sends
    `current_password` and `password` to `password_url`; without one there is no such form.
    """

    template = "pages/account.html"
    email: str
    since: datetime
    post_url: str
    address_url: str
    countries: tuple[Choice, ...]
    logout: Action
    password_url: str = ""
    addresses: tuple[Address, ...] = ()
    sessions: tuple[Session, ...] = ()
    tokens: tuple[Session, ...] = ()
    """Programs that may act for this account, by the name they were given."""
    form: Form = Form()
    address_form: Form = Form()
    password_form: Form = Form()
