"""Promises that the repository makes about itself."""

import re
from pathlib import Path

import pytest
from django.core.management import call_command

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_each_variable_of_the_settings_is_in_the_example_with_its_default():
    settings = (ROOT / "project" / "settings.py").read_text()
    read = set(re.findall(r'env\.\w+\(\s*["\']([A-Z_]+)["\']', settings))

    described = re.findall(r"^#? ?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)

    assert set(described) == read
    assert len(described) == len(read)


@pytest.mark.parametrize("lock", sorted(ROOT.glob("requirements*.txt")), ids=lambda path: path.name)
def test_a_lock_pins_by_hash_and_names_no_registry(lock):
    requirements = re.findall(r"^[^\s#].*?(?=^\S|\Z)", lock.read_text(), re.MULTILINE | re.DOTALL)

    assert requirements
    for requirement in requirements:
        assert "==" in requirement
        assert "--hash=sha256:" in requirement
        assert "://" not in requirement
