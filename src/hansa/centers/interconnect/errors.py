from __future__ import annotations

from hansa.kernel.problem import NotFound, Problem


class AppNotFound(NotFound):
    """There is no such app in this business, or it is not the caller's to see."""

    code = "interconnect.app_not_found"
    title = "There is no such app"


class NotInstalled(NotFound):
    """The shop has not installed the app, or has removed it."""

    code = "interconnect.not_installed"
    title = "This app is not installed in this shop"


class ConsentOutdated(Problem):
    """The app asks for other things by now than was seen; look at the consent again."""

    code = "interconnect.consent_outdated"
    status = 409
    title = "The app asks for something else by now, please look again"


class ScopeNotHeld(Problem):
    """Nobody lets an app do what they may not do themselves; `scopes` names it."""

    code = "interconnect.scope_not_held"
    status = 403
    title = "You cannot let an app do what you may not do yourself"


class RedirectUnknown(Problem):
    """The app did not register this address to be sent back to, so nobody is sent there (RFC 6749, 4.1.2.1)."""

    code = "interconnect.redirect_unknown"
    status = 422
    title = "The app asks to be sent back to an address that is not its own"


class AuthorizationRefused(Problem):
    """The app's request is wrong; `error` says how (RFC 6749, 4.1.2.1), `redirect_to` tells the app."""

    code = "interconnect.authorization_refused"
    status = 422
    title = "What the app asks for cannot be given"


class OAuthRefused(Problem):
    """The token endpoint refuses an app; `error` says how (RFC 6749, 5.2; RFC 7009, 2.2.1)."""

    code = "interconnect.oauth_refused"
    status = 400
    title = "The request of the app cannot be granted"

    def __init__(self, error: str, why: str) -> None:
        super().__init__(why, error=error)
        self.error = error


class TooManyApps(Problem):
    """A shop has only so many apps."""

    code = "interconnect.too_many_apps"
    status = 409
    title = "This shop has as many apps as it can have"


class EndpointNotFound(NotFound):
    """There is no such webhook endpoint, or it is not the caller's to see."""

    code = "interconnect.endpoint_not_found"
    title = "There is no such webhook endpoint"


class TooManyEndpoints(Problem):
    """A shop or an app has only so many webhook endpoints."""

    code = "interconnect.too_many_endpoints"
    status = 409
    title = "There are as many webhook endpoints as there can be"


class EndpointStopped(Problem):
    """The endpoint is disabled; enable it before something is sent to it."""

    code = "interconnect.endpoint_stopped"
    status = 409
    title = "This webhook endpoint is disabled"


class DeliveryNotFound(NotFound):
    """The endpoint has no such delivery, or it is older than what is kept."""

    code = "interconnect.delivery_not_found"
    title = "There is no such delivery"


class SecretUnreadable(Problem):
    """None of the platform's keys opens the endpoint's secret: the key it was sealed with was taken away."""

    code = "interconnect.secret_unreadable"
    status = 500
    title = "Something went wrong on our side"
