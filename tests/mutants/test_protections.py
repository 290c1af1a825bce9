"""The list of protections follows the code, so that `./run mutants` tries all of them."""

import pytest

from project.standalone.state import BASE_DIR
from tests.mutants.protections import PROTECTIONS


@pytest.mark.parametrize("protection", PROTECTIONS, ids=lambda each: each.name.replace(" ", "-"))
def test_protection_is_where_the_list_says(protection):
    text = (BASE_DIR / protection.file).read_text()

    assert protection.remove_from(text) != text
    for test in protection.tests:
        assert (BASE_DIR / test.split("::")[0]).exists()


def test_names_of_protections_are_unique():
    names = [each.name for each in PROTECTIONS]
    assert sorted(set(names)) == sorted(names)
