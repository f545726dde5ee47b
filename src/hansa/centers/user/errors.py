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


class LastOperator(Problem):
    """Nobody else who can act holds the operator role: it would be lost, and with it the way to give it."""

    code = "user.last_operator"
    status = 409
    title = "This is the last operator, make somebody else one first"


class ProofInvalid(Problem):
    """The link was used, has expired, was replaced by a later one, or was never ours."""

    code = "user.proof_invalid"
    status = 400
    title = "This link no longer works, please ask for a new one"


class FreshLogInWanted(Problem):
    """This is only done by somebody who proved just now who they are: log in again, or `POST /session/proof`."""

    code = "user.fresh_log_in_wanted"
    status = 403
    title = "Please confirm that it is you"


class EmailMissing(Problem):
    """The account has no e-mail address that could be verified."""

    code = "user.email_missing"
    status = 409
    title = "This account has no e-mail address"


class PasskeyRefused(Problem):
    """The passkey's answer does not fit: another challenge, place, key, or a copy of the key was used."""

    code = "user.passkey_refused"
    status = 401
    title = "This passkey could not be used"


class PasskeyNotFound(Problem):
    """The party has no such passkey."""

    code = "user.passkey_not_found"
    status = 404
    title = "There is no such passkey"


class TooManyPasskeys(Problem):
    """The party has as many passkeys as it may have."""

    code = "user.too_many_passkeys"
    status = 409
    title = "There are too many passkeys, remove one first"


class LastWayIn(Problem):
    """What is to be removed is the only way this party can log in."""

    code = "user.last_way_in"
    status = 409
    title = "This is the last way into your account, add another one first"


class IssuerUnknown(Problem):
    """No such issuer is configured; `issuers` names those that are."""

    code = "user.issuer_unknown"
    status = 404
    title = "One cannot log in here with that"


class IssuerUnavailable(Problem):
    """The issuer does not answer, or not as OpenID Connect wants it."""

    code = "user.issuer_unavailable"
    status = 502
    title = "The other side does not answer just now, please try again or log in another way"


class IssuerRefused(Problem):
    """What came back from the issuer does not hold: state, nonce, signature, audience, issuer or time."""

    code = "user.issuer_refused"
    status = 401
    title = "This log-in could not be verified, please start again"


class LinkWanted(Problem):
    """An account has this e-mail address already; it is linked by its owner, from the account, after logging in."""

    code = "user.link_wanted"
    status = 409
    title = "There is an account with this e-mail address: log in to it and link this log-in there"


class IdentityTaken(Problem):
    """This log-in at the issuer belongs to another account."""

    code = "user.identity_taken"
    status = 409
    title = "This log-in belongs to another account already"


class IdentityNotFound(Problem):
    """The party has no such linked log-in."""

    code = "user.identity_not_found"
    status = 404
    title = "There is no such linked log-in"


class SessionNotFound(Problem):
    """The party has no such session."""

    code = "user.session_not_found"
    status = 404
    title = "There is no such session"


class PurposeUnknown(Problem):
    """The business asks no consent for this."""

    code = "user.purpose_unknown"
    status = 404
    title = "Nobody asks for this consent"


class ConsentOutdated(Problem):
    """The text has changed since it was shown; `version` is the one to agree to."""

    code = "user.consent_outdated"
    status = 409
    title = "The text has changed, please read it again"


class LinkRefused(Problem):
    """These two accounts cannot become one; `reason` says why."""

    code = "user.link_refused"
    status = 409
    title = "These accounts cannot be linked"


class ExportNotFound(Problem):
    """There is no export, or it was removed again."""

    code = "user.export_not_found"
    status = 404
    title = "There is no export, please ask for one"


class ExportNotReady(Problem):
    """The export is still being made."""

    code = "user.export_not_ready"
    status = 409
    title = "This is still being put together, please come back in a while"


class ErasureNotFound(Problem):
    """No erasure was asked for, or it has happened."""

    code = "user.erasure_not_found"
    status = 404
    title = "No erasure has been asked for"
