from __future__ import annotations

from hansa.kernel.problem import NotFound, Problem


class ShopNotFound(NotFound):
    """There is no such shop in this business."""

    code = "shop.not_found"
    title = "There is no such shop"


class SlugTaken(Problem):
    """Another shop of the business has this slug."""

    code = "shop.slug_taken"
    status = 409
    title = "Another shop has this address already"


class ShopNotAdmitted(Problem):
    """The business does not let this party open a shop; `reason` says why."""

    code = "shop.not_admitted"
    status = 403
    title = "This shop cannot be opened here"


class StatusUnchangeable(Problem):
    """The shop's status does not lead to the one asked for."""

    code = "shop.status_unchangeable"
    status = 409
    title = "The shop cannot be brought into this state from the one it is in"


class PermissionUnknown(Problem):
    """No center knows this permission, or whoever grants it does not hold it."""

    code = "shop.permission_unknown"
    status = 422
    title = "This permission cannot be granted"


class OwnerStays(Problem):
    """The owner of a shop holds every permission in it already and cannot be made its staff."""

    code = "shop.owner_stays"
    status = 409
    title = "The owner of a shop cannot be added to or removed from its staff"


class StaffFull(Problem):
    """A shop has only so many staff."""

    code = "shop.staff_full"
    status = 409
    title = "This shop has as many staff as it can have"


class DossierClosed(Problem):
    """Answers are given while a shop is being onboarded; now they are under review or decided."""

    code = "shop.dossier_closed"
    status = 409
    title = "What was handed in cannot be changed now"


class RequirementUnknown(NotFound):
    """The business asks no such thing of a shop."""

    code = "shop.requirement_unknown"
    title = "Nothing of this name is asked of a shop"


class DossierIncomplete(Problem):
    """Something required has no answer; `missing` names it."""

    code = "shop.dossier_incomplete"
    status = 409
    title = "Something that is required is still missing"


class SubmissionOutdated(Problem):
    """The shop was handed in anew since; `submission` is the one to look at."""

    code = "shop.submission_outdated"
    status = 409
    title = "This shop was handed in anew, please look again"


class RoleUnknown(Problem):
    """Whoever gives this role does not hold everything it carries, or it is given by transfer alone."""

    code = "shop.role_unknown"
    status = 422
    title = "This role cannot be given"


class InvitationNotFound(NotFound):
    """There is no such invitation, it is over, or it is for somebody else."""

    code = "shop.invitation_not_found"
    title = "There is no such invitation"


class InvitationsFull(Problem):
    """A shop has only so many open invitations."""

    code = "shop.invitations_full"
    status = 409
    title = "This shop has as many open invitations as it can have"


class SlugsFull(Problem):
    """A shop changes its address only so often: every address it had stays its own."""

    code = "shop.slugs_full"
    status = 409
    title = "This shop has changed its address too often"


class ShopOver(Problem):
    """A shop that is closed does not change any more."""

    code = "shop.over"
    status = 409
    title = "This shop is closed"


class SellerReviewed(Problem):
    """The platform has reviewed who sells here; only the platform changes it now."""

    code = "shop.seller_reviewed"
    status = 409
    title = "Who sells here was reviewed; please ask the platform to change it"


class ReturnPlaceRefused(Problem):
    """Goods cannot be sent back to this place; `reason` says why."""

    code = "shop.return_place_refused"
    status = 422
    title = "Goods cannot be returned to this place"


class ProfileChangedSince(Problem):
    """Somebody changed it in the meantime; `version` is the one to look at."""

    code = "shop.profile_changed_since"
    status = 409
    title = "This was changed in the meantime, please look again"


class CommissionRuleNotFound(NotFound):
    """There is no such commission rule in this business."""

    code = "shop.commission_rule_not_found"
    title = "There is no such commission rule"


class CommissionRulesFull(Problem):
    """A business has only so many commission rules."""

    code = "shop.commission_rules_full"
    status = 409
    title = "This business has as many commission rules as it can have"


class CommissionRuleOver(Problem):
    """A rule ends once, and never in the past."""

    code = "shop.commission_rule_over"
    status = 409
    title = "This commission rule has ended already"
