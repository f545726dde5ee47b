"""What the center refuses, each with a stable code."""

from __future__ import annotations

from hansa.kernel.problem import Problem


class WrongCredentials(Problem):
    """E-mail address and password do not belong together; which of the two is wrong is not told."""

    code = "user.wrong_credentials"
    status = 401
    title = "E-mail address or password is wrong"


class EmailTaken(Problem):
    """Another party logs in with this e-mail address already."""

    code = "user.email_taken"
    status = 409
    title = "Somebody has signed up with this e-mail address already"


class TooManyAttempts(Problem):
    """Too many failed log-ins for one e-mail address; `retry_after_s` says when the next may be tried."""

    code = "user.too_many_attempts"
    status = 429
    title = "Too many attempts, please wait a moment"


class Suspended(Problem):
    """The party may not act for now."""

    code = "user.suspended"
    status = 403
    title = "This account is suspended"


class RiskRefused(Problem):
    """The risk point refused; `reason` is its code."""

    code = "user.risk_refused"
    status = 403
    title = "This cannot be done just now"


class AddressNotFound(Problem):
    """The party has no such address."""

    code = "user.address_not_found"
    status = 404
    title = "There is no such address"


class TooManyAddresses(Problem):
    """The address book is full."""

    code = "user.too_many_addresses"
    status = 409
    title = "The address book is full"


class TokenNotFound(Problem):
    """The party has no such token."""

    code = "user.token_not_found"
    status = 404
    title = "There is no such token"


class TooManyTokens(Problem):
    """The party has as many API tokens as it may have."""

    code = "user.too_many_tokens"
    status = 409
    title = "There are too many tokens, revoke one first"


class GrantNotHeld(Problem):
    """A token cannot carry a permission that its issuer does not hold; `grants` names them."""

    code = "user.grant_not_held"
    status = 403
    title = "You cannot give what you do not hold"


class PartyNotFound(Problem):
    """There is no such party, or it may no longer act."""

    code = "user.party_not_found"
    status = 404
    title = "There is no such party"
