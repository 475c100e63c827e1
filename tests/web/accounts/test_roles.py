"""What roles allow, and only in their own municipality."""

import pytest

from web.accounts.roles import Grant, Permission, Principal, Role

MORI, WAJIMA = "01345", "17204"


def a_principal(role: Role, municipality: str = MORI, group: str = "") -> Principal:
    return Principal(name="user:chie", grants=(Grant(municipality=municipality, role=role, group=group),))


@pytest.mark.parametrize("role", list(Role))
def test_no_role_reaches_into_another_municipality(role: Role) -> None:
    assert not [permission for permission in Permission if a_principal(role).may(permission, WAJIMA)]


def test_nobody_submits_and_approves_with_one_role() -> None:
    for role in Role:
        both = a_principal(role).may(Permission.SUBMIT, MORI) and a_principal(role).may(Permission.APPROVE, MORI)
        assert not both, role


def test_a_supporter_sees_no_resident() -> None:
    supporter = a_principal(Role.SUPPORTER, group="Sakura dormitory")
    assert supporter.may(Permission.ADD_RESIDENTS, MORI)
    assert not supporter.may(Permission.MANAGE_RESIDENTS, MORI)
    assert supporter.only_group(Permission.ADD_RESIDENTS, MORI) == "Sakura dormitory"


def test_a_registrar_is_kept_to_no_group() -> None:
    assert a_principal(Role.REGISTRAR).only_group(Permission.ADD_RESIDENTS, MORI) is None


def test_the_places_of_a_permission() -> None:
    grants = (Grant(municipality=WAJIMA, role=Role.REGISTRAR), Grant(municipality=MORI, role=Role.COORDINATOR))
    chie = Principal(name="user:chie", grants=grants)
    assert chie.places(Permission.MANAGE_RESIDENTS) == (WAJIMA,)
    assert chie.places(Permission.SEE_COUNTS) == (MORI, WAJIMA)
