"""A protection: a change of one file that removes it, and the tests that must fail without it."""

from typing import NamedTuple


class Protection(NamedTuple):
    """A change of one file that removes a protection."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]

    def remove_from(self, text: str) -> str:
        """Return the text without the protection.

        Raises:
            ValueError: The protection is not there: the list has to follow the code.
        """
        if self.old not in text:
            raise ValueError(f"{self.name}: {self.file} does not contain {self.old!r}.")
        return text.replace(self.old, self.new)
