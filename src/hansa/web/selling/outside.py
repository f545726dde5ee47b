"""What leaves the house and who is let in: webhooks and apps."""

from __future__ import annotations

from datetime import datetime

from hansa.web.parts import Action, Choice, Fact, Form, Link, Pager, Part
from hansa.web.selling.base import DeskView


class HookRow(Part, frozen=True, kw_only=True):
    """A webhook endpoint in a list; `target` is where events are sent."""

    url: str
    target: str
    state: str
    types: int
    description: str = ""
    failing_since: datetime | None = None


class HooksPage(DeskView, frozen=True, kw_only=True):
    """`/{business}/sell/{shop}/webhooks`: where the shop's events are sent, oldest first."""

    template = "selling/hooks.html"
    hooks: tuple[HookRow, ...]
    new_url: str = ""


class NewHookPage(DeskView, frozen=True, kw_only=True):
    """`/{business}/sell/{shop}/webhooks/new`: the form `hook` with `url`, `description` and `type-{name}`."""

    template = "selling/hook_new.html"
    post_url: str
    types: tuple[Choice, ...]
    back: Link


class DeliveryRow(Part, frozen=True, kw_only=True):
    """One event on its way to an endpoint."""

    url: str
    type: str
    means: str
    state: str
    at: datetime
    attempts: int


class HookPage(DeskView, frozen=True, kw_only=True):
    """`/{business}/sell/{shop}/webhooks/{id}`: an endpoint, what is sent there, and what came of it.

    `secret` is a new one: shown this once. `edit_url` takes what a new one takes, `rotate_url` takes `overlap`; each
    is shown while it is not empty. `hook` holds what the endpoint says, or what was typed.
    """

    template = "selling/hook.html"
    target: str
    state: str
    facts: tuple[Fact, ...]
    why: str
    hook: Form
    types: tuple[Choice, ...]
    deliveries: tuple[DeliveryRow, ...]
    tabs: tuple[Link, ...]
    pager: Pager
    back: Link
    actions: tuple[Action, ...] = ()
    overlaps: tuple[Choice, ...] = ()
    edit_url: str = ""
    rotate_url: str = ""
    remove_url: str = ""
    secret: str = ""


class AttemptRow(Part, frozen=True, kw_only=True):
    """One attempt to send an event: what came of it, how long it took, and how the answer began."""

    at: datetime
    what: str
    ok: bool
    took: str
    response: str


class DeliveryPage(DeskView, frozen=True, kw_only=True):
    """`/{business}/sell/{shop}/webhooks/{id}/{delivery}`: what is sent, and every attempt."""

    template = "selling/delivery.html"
    type: str
    means: str
    state: str
    delivery_id: str
    at: datetime
    payload: str
    attempts: tuple[AttemptRow, ...]
    back: Link
    replay: Action | None = None
    refresh_url: str = ""


class AppRow(Part, frozen=True, kw_only=True):
    """An app: one that the shop let in, or one of the person's own."""

    url: str
    name: str
    does: tuple[str, ...]
    since: datetime
    homepage: str = ""
    installed: bool = False


class AppsPage(DeskView, frozen=True, kw_only=True):
    """`/{business}/sell/{shop}/apps`: apps that may do something here, and those that the person has registered.

    `register_url` takes `name` and `scope-{scope}`; `find_url` takes the id of an app, `app`.
    """

    template = "selling/apps.html"
    installed: tuple[AppRow, ...]
    own: tuple[AppRow, ...]
    scopes: tuple[Choice, ...]
    register_url: str
    find_url: str


class TokenRow(Part, frozen=True, kw_only=True):
    """A living token of an app in the shop."""

    label: str
    until: datetime
    end: Action | None = None


class AppPage(DeskView, frozen=True, kw_only=True):
    """`/{business}/sell/{shop}/apps/{id}`: what an app may do here, letting it in, its tokens for its owner.

    `install_url` takes `scope-{scope}` and `seen`; `token_url` takes `label` and `days`. `secret` is that of a new
    token: shown this once.
    """

    template = "selling/app.html"
    app_id: str
    name: str
    about: str
    homepage: str
    installed: bool
    scopes: tuple[Choice, ...]
    seen: str
    install_url: str
    back: Link
    remove: Action | None = None
    tokens: tuple[TokenRow, ...] = ()
    token_url: str = ""
    days: tuple[Choice, ...] = ()
    secret: str = ""
