"""Every way into an account as its page shows it."""

from __future__ import annotations

from hansa.centers.user import api as user
from hansa.centers.user.types import IDENTITY_ID, PASSKEY_ID, TOKEN_ID, LinkedIdentity, Passkey, SessionShown
from hansa.centers.user.types import Token as ApiToken
from hansa.web.parts import Action, Ceremony, Form, Link, LinkedRow, Notice, PasskeyRow, Session
from hansa.web.routes.ceremonies import possible
from hansa.web.routes.issuing import issuer_actions, issuer_name
from hansa.web.routes.rooms import account_tabs
from hansa.web.routes.scopes import scope_words
from hansa.web.views import SecurityPage
from hansa.web.visit import Visit

HERE = "account/security"
_HANDHELD = frozenset({"Android", "iOS", "iPadOS", "HarmonyOS"})


async def security_view(
    seen: Visit,
    *,
    email_form: Form | None = None,
    password_form: Form | None = None,
    passkey_form: Form | None = None,
    notices: tuple[Notice, ...] = (),
) -> SecurityPage:
    """Show how one gets into the account, and who is in."""
    _ = seen.gettext
    me, ways = await user.me(seen.ctx), await user.ways_in(seen.ctx)
    sessions = await user.list_sessions(seen.ctx)
    only_this = len(sessions) < 2
    return SecurityPage(
        chrome=seen.chrome(section="account", path=seen.at(HERE), notices=notices),
        tabs=account_tabs(seen, HERE),
        email=me.email,
        verified=ways.email_verified,
        verify=Action(label=_("Send me a link"), url=seen.at(f"{HERE}/verify"), icon="mail"),
        email_url=seen.at(f"{HERE}/email"),
        password=ways.password,
        password_url=seen.at(f"{HERE}/password"),
        add_passkey=Ceremony(
            begin_url=seen.at(f"{HERE}/passkeys/begin"), post_url=seen.at(f"{HERE}/passkeys"), kind="create"
        )
        if possible(seen)
        else None,
        rename_url=seen.at(f"{HERE}/passkeys/rename"),
        passkeys=tuple(_passkey(seen, one) for one in ways.passkeys),
        linked=tuple(_linked(seen, one) for one in ways.identities),
        issuers=issuer_actions(seen, f"{HERE}/link", word=_("Link %(name)s")),
        sessions=tuple(_session(seen, one) for one in sessions),
        end_others=Action(
            label=_("Log out everywhere else"),
            url=seen.at(f"{HERE}/sessions/end-others"),
            icon="log-out",
            closed_because=_("You are logged in nowhere else.") if only_this else "",
        ),
        tokens=tuple(_token(seen, one) for one in await user.list_tokens(seen.ctx)),
        new_token=Link(label=_("Make a token"), url=seen.at(f"{HERE}/tokens"), icon="plus"),
        email_form=email_form or Form(),
        password_form=password_form or Form(),
        passkey_form=passkey_form or Form(),
    )


def _passkey(seen: Visit, passkey: Passkey) -> PasskeyRow:
    _ = seen.gettext
    shown = PASSKEY_ID.show(passkey.id)
    return PasskeyRow(
        id=shown,
        name=passkey.name,
        note=_("kept by your provider too") if passkey.backed_up else _("on one device alone"),
        added_at=passkey.created_at,
        used_at=passkey.used_at,
        remove=Action(
            label=_("Remove"),
            url=seen.at(f"{HERE}/passkeys/remove"),
            fields=(("passkey", shown),),
            icon="trash-2",
        ),
    )


def _linked(seen: Visit, identity: LinkedIdentity) -> LinkedRow:
    shown = IDENTITY_ID.show(identity.id)
    return LinkedRow(
        name=issuer_name(identity.issuer),
        linked_at=identity.linked_at,
        used_at=identity.used_at,
        unlink=Action(
            label=seen.gettext("Unlink"), url=seen.at(f"{HERE}/linked/remove"), fields=(("identity", shown),)
        ),
    )


def _session(seen: Visit, session: SessionShown) -> Session:
    _ = seen.gettext
    end = Action(
        label=_("Log out"),
        url=seen.at(f"{HERE}/sessions/end"),
        fields=(("session", TOKEN_ID.show(session.id)),),
    )
    return Session(
        device=_device(seen, session),
        icon="phone" if session.system in _HANDHELD else "monitor",
        since=session.created_at,
        used=session.seen_at,
        current=session.acting,
        action=None if session.acting else end,
    )


def _device(seen: Visit, session: SessionShown) -> str:
    """Call the browser and the system by name, as far as they are known."""
    _ = seen.gettext
    if session.browser and session.system:
        return _("%(browser)s on %(system)s") % {"browser": session.browser, "system": session.system}
    return session.browser or session.system or _("A browser nobody knows")


def _token(seen: Visit, token: ApiToken) -> Session:
    end = Action(
        label=seen.gettext("End"),
        url=seen.at(f"{HERE}/tokens/revoke"),
        fields=(("token", TOKEN_ID.show(token.id)),),
    )
    may = tuple(dict.fromkeys(scope_words(seen, grant) for grant in token.grants))
    return Session(
        device=token.label,
        icon="key-round",
        since=token.created_at,
        until=token.expires_at,
        may=may,
        action=end,
    )
