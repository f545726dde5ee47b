"""Ways into an account, and the account."""

from __future__ import annotations

from datetime import datetime

from hansa.web.parts import (
    Action,
    Address,
    Ceremony,
    Choice,
    ConsentRow,
    Door,
    Fact,
    Form,
    InboxItem,
    Link,
    LinkedRow,
    Pager,
    PasskeyRow,
    Picture,
    Said,
    ScopeGroup,
    ScopeRow,
    Session,
    Talk,
    TopicRow,
    Upload,
)
from hansa.web.views.base import View


class LoginPage(View, frozen=True, kw_only=True):
    """`/{business}/login`: sends `email`, `password` and `next`. `doors` are the demo's accounts.

    `passkey` is the other way in where scripts run; `issuers` lead to log-ins elsewhere.
    """

    template = "pages/login.html"
    post_url: str
    signup_url: str
    forgot_url: str
    passkey: Ceremony | None = None
    issuers: tuple[Action, ...] = ()
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


class ConfirmPage(View, frozen=True, kw_only=True):
    """`/{business}/confirm`: prove once more who one is, before something that matters. Sends `password` and `next`.

    Who has no password proves it by passkey; who has neither logs in anew.
    """

    template = "pages/confirm.html"
    post_url: str
    next: str
    passkey: Ceremony | None = None
    password: bool = True
    logout: Action | None = None
    form: Form = Form()


class LeavePage(View, frozen=True, kw_only=True):
    """On the way to a log-in elsewhere: the page goes on by itself, its link does the same."""

    template = "pages/leave.html"
    name: str
    url: str
    back_url: str


class AuthorizePage(View, frozen=True, kw_only=True):
    """`/{business}/oauth/authorize`: an app asks to be let into one of one's shops.

    The form sends `scope.{scope}` for each that is given, and `seen` back. Nothing can be given until a shop is
    chosen: `post_url` is empty then. `about` is what the app's developer says of it.
    """

    template = "pages/authorize.html"
    name: str
    about: tuple[str, ...]
    facts: tuple[Fact, ...]
    shops: tuple[Link, ...]
    scopes: tuple[ScopeRow, ...]
    seen: str
    post_url: str
    refuse: Action
    form: Form = Form()


class SentBackPage(View, frozen=True, kw_only=True):
    """On the way back to an app: the page goes on by itself, its link does the same."""

    template = "pages/sent_back.html"
    host: str
    told: str
    url: str


class AccountPage(View, frozen=True, kw_only=True):
    """`/{business}/account`: who one is here. Sends `name` to `post_url`.

    A new address goes to `address_url` with the fields of `ui.address_fields`. `operate_url` leads those who decide
    for the house to their desk.
    """

    template = "pages/account.html"
    email: str
    since: datetime
    post_url: str
    address_url: str
    countries: tuple[Choice, ...]
    logout: Action
    operate_url: str = ""
    tabs: tuple[Link, ...] = ()
    addresses: tuple[Address, ...] = ()
    form: Form = Form()
    address_form: Form = Form()


class SecurityPage(View, frozen=True, kw_only=True):
    """`/{business}/account/security`: every way into the account, and who is in.

    The password form sends `current_password` (where there is a password) and `password`, the address form
    `email`, the passkey form `name`; a passkey's new name is sent with its id as `passkey`.
    """

    template = "pages/security.html"
    tabs: tuple[Link, ...]
    email: str
    verified: bool
    verify: Action
    email_url: str
    password: bool
    password_url: str
    add_passkey: Ceremony | None
    rename_url: str
    end_others: Action
    passkeys: tuple[PasskeyRow, ...] = ()
    linked: tuple[LinkedRow, ...] = ()
    issuers: tuple[Action, ...] = ()
    sessions: tuple[Session, ...] = ()
    tokens: tuple[Session, ...] = ()
    """Programs that may act for this account, by the name they were given."""
    new_token: Link
    email_form: Form = Form()
    password_form: Form = Form()
    passkey_form: Form = Form()


class TokenPage(View, frozen=True, kw_only=True):
    """`/{business}/account/security/tokens`: a token for a program that is to act for one.

    Sends `label`, `days` and what of `scopes` is ticked. `secret` is shown once, and nothing to fill in with it.
    """

    template = "pages/token.html"
    tabs: tuple[Link, ...]
    back: Link
    scopes: tuple[ScopeGroup, ...]
    days: tuple[Choice, ...]
    post_url: str
    secret: str = ""
    form: Form = Form()


class PrivacyPage(View, frozen=True, kw_only=True):
    """`/{business}/account/privacy`: what one agreed to, what is held about one, and being forgotten.

    `export` is empty, `waiting`, `ready` or `failed`. The form that asks to be forgotten sends `email`, typed once
    more; while that is under way `erase_at` says when it happens, `waits_for` what has to end first.

    A guest's page has no tabs and asks for no address; `guest_days` says how long after the last visit everything goes.
    """

    template = "pages/privacy.html"
    tabs: tuple[Link, ...]
    email: str
    order_export: Action
    erase_url: str
    stay: Action
    days: int
    guest_days: int = 0
    consents: tuple[ConsentRow, ...] = ()
    export: str = ""
    export_at: datetime | None = None
    export_until: datetime | None = None
    download: Action | None = None
    erase_at: datetime | None = None
    waits_for: str = ""
    form: Form = Form()


class TellingPage(View, frozen=True, kw_only=True):
    """`/{business}/account/messages`: what one is told, through what, and when not.

    The form of topics sends `{topic}.{channel}` for each that is wanted; that of quiet hours `starts`, `ends` and
    `time_zone`.
    """

    template = "pages/telling.html"
    tabs: tuple[Link, ...]
    channels: tuple[Choice, ...]
    topics: tuple[TopicRow, ...]
    post_url: str
    quiet_url: str
    zones: tuple[Choice, ...]
    quiet: bool = False
    starts: str = ""
    ends: str = ""
    drop_quiet: Action | None = None
    mail_returned: str = ""
    """One's address, when mail to it came back and none is sent any more."""
    form: Form = Form()


class InboxPage(View, frozen=True, kw_only=True):
    """`/{business}/inbox`: what one was told here, newest first."""

    template = "pages/inbox.html"
    tabs: tuple[Link, ...]
    items: tuple[InboxItem, ...]
    pager: Pager
    settings: Link
    read_all: Action | None = None


class TalksPage(View, frozen=True, kw_only=True):
    """`/{business}/conversations`: whom one speaks with, the latest first."""

    template = "pages/talks.html"
    tabs: tuple[Link, ...]
    talks: tuple[Talk, ...]
    pager: Pager


class TalkPage(View, frozen=True, kw_only=True):
    """`/{business}/conversations/{id}`, and the first words of a new one. Sends `text`, and `seen` back.

    The report form sends `reason`, `number` (of a message; 0 is all of it) and `note`. `closed_because` says why
    nothing can be written just now. It sends up to `uploads_max` `files`, too.
    """

    template = "pages/talk.html"
    uploads: tuple[Upload, ...] = ()
    uploads_max: int = 0
    shop: Link
    about: Link
    picture: Picture
    post_url: str
    crumbs: tuple[Link, ...] = ()
    said: tuple[Said, ...] = ()
    earlier_url: str = ""
    seen: int = 0
    closed_because: str = ""
    actions: tuple[Action, ...] = ()
    report_url: str = ""
    reasons: tuple[Choice, ...] = ()
    form: Form = Form()
    report_form: Form = Form()


class UnsubscribePage(View, frozen=True, kw_only=True):
    """`/{business}/unsubscribe/{link}`: which kind of mail ends; its button ends it. `done` says that it has."""

    template = "pages/unsubscribe.html"
    topic: str
    end: Action
    done: bool = False
    fixed: bool = False
    settings: Link
