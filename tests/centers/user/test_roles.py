"""The table of roles holds what exists, and nothing by accident."""

import pytest

from hansa.app import CENTERS
from hansa.centers.user._rules.grants import grants_of_roles
from hansa.centers.user._rules.roles import ROLES
from hansa.centers.user.types import Role
from hansa.kernel.outbox.parked import DISCARD

DECLARED = {permission for center in CENTERS for permission in center.permissions} | {DISCARD}


def test_every_role_but_the_operators_stands_in_the_table():
    assert set(ROLES) == set(Role) - {Role.OPERATOR}


@pytest.mark.parametrize("role", ROLES)
def test_a_role_names_permissions_that_some_center_declares(role):
    assert ROLES[role] <= DECLARED


def test_the_operator_holds_everything_and_nobody_else_does():
    assert grants_of_roles([Role.OPERATOR], declared=DECLARED) == DECLARED
    for role in ROLES:
        assert grants_of_roles([role], declared=DECLARED) < DECLARED


def test_roles_add_up_and_no_role_holds_nothing():
    both = grants_of_roles([Role.SUPPORT, Role.FINANCE], declared=DECLARED)
    assert both == ROLES[Role.SUPPORT] | ROLES[Role.FINANCE]
    assert grants_of_roles([], declared=DECLARED) == frozenset()
    assert grants_of_roles([Role.FINANCE], declared=()) == frozenset()


def test_only_the_operator_makes_others_powerful():
    """Whoever may give roles holds every role; whoever moves money suspends nobody, and the other way round."""
    for role, held in ROLES.items():
        assert "user.role.grant" not in held, role
        assert "platform.outbox.settle" not in held, role
    assert "ledger.journal.reverse" not in ROLES[Role.SUPPORT]
    assert "user.party.suspend" not in ROLES[Role.FINANCE]


def test_an_auditor_changes_nothing():
    assert {permission.rpartition(".")[2] for permission in ROLES[Role.AUDITOR]} <= {"read", "see"}
