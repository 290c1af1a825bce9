"""Options of tasks and schedules as serializer fields."""

import re
from collections.abc import Callable
from typing import Any, TypeVar

from rest_framework import serializers

from tasks_app.options import OPTIONS, REQUIRED

F = TypeVar("F", bound="serializers.Field[Any, Any, Any, Any]")


_DECIMAL = re.compile(r"\s*[+-]?[0-9]+(\.0*)?\s*")


class ExactIntegerField(serializers.IntegerField):
    """An integer, or a string of its digits as forms send it.

    Not 2.0, 1e3 or true, which IntegerField would convert: floats are not exact.
    """

    def to_internal_value(self, data: object) -> int:
        """Return the integer, or raise ValidationError."""
        if type(data) is int:
            return data
        if not isinstance(data, str) or not _DECIMAL.fullmatch(data):
            self.fail("invalid")
        return super().to_internal_value(data)


def integer_option(name: str, **replaced: Any) -> ExactIntegerField:
    """Return the field of an option that is an integer."""
    option = OPTIONS[name]
    arguments = _arguments_of(name) | replaced
    return ExactIntegerField(min_value=option.minimum, max_value=option.maximum, **arguments)


def time_option(name: str, **replaced: Any) -> serializers.DateTimeField:
    """Return the field of an option that is a time."""
    return serializers.DateTimeField(**_arguments_of(name) | replaced)


def text_option(name: str, **replaced: Any) -> serializers.CharField:
    """Return the field of an option that is a text."""
    return serializers.CharField(**_arguments_of(name) | replaced)


def given_option(kind: Callable[..., F], name: str) -> F:
    """Return the field of an option that is left out or has a value: it takes no null."""
    return kind(name, default=serializers.empty, required=False, allow_null=False)


def choice_option(name: str, choices: Any) -> serializers.ChoiceField:
    """Return the field of an option that is one of some choices."""
    return serializers.ChoiceField(choices, **_arguments_of(name))


def names_option(name: str) -> serializers.ListField:
    """Return the field of an option that is a list of names."""
    return serializers.ListField(child=serializers.CharField(), **_arguments_of(name))


def _arguments_of(name: str) -> dict[str, Any]:
    option = OPTIONS[name]
    arguments: dict[str, Any] = {"help_text": option.description}
    if option.default is not REQUIRED:
        arguments["default"] = option.default
        arguments["allow_null"] = option.default is None
        if option.default is not None:
            arguments["initial"] = option.default
    return arguments
