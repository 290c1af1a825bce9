"""The base class of the generated enums."""

from enum import StrEnum
from typing import Self


class OpenEnum(StrEnum):
    """An enum of strings that accepts unknown values.

    The API may add values. An unknown value compares equal to its string.
    """

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_ = member._value_ = value
        return member
