"""What can go wrong, in words for the person who can mend it."""

from __future__ import annotations


class FindingsError(Exception):
    """A fault that the user can mend: `place` names the file (and line), `remedy` says what to do.

    `exit_code` is 1 where the input failed and 2 where the tool was used wrongly.
    """

    exit_code = 1

    def __init__(self, message: str, *, place: str = "", remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.place = place
        self.remedy = remedy

    def __str__(self) -> str:
        """Return `place: message (remedy)` with the parts that are known."""
        head = f"{self.place}: {self.message}" if self.place else self.message
        return f"{head}. {self.remedy}" if self.remedy else head

    def __reduce__(self) -> tuple[object, ...]:
        """Let the error cross a process border with its place and remedy."""
        return _rebuild, (type(self), self.message, self.place, self.remedy)


def _rebuild(kind: type[FindingsError], message: str, place: str, remedy: str) -> FindingsError:
    return kind(message, place=place, remedy=remedy)


class UsageError(FindingsError):
    """The command was called in a way that cannot work."""

    exit_code = 2


class ConfigError(UsageError):
    """A configuration or codebook file holds something that is not allowed there."""


class CorpusError(FindingsError):
    """The corpus is missing, empty or holds nothing that can be read."""


class TableError(FindingsError):
    """A table does not keep to its specification."""


class OutputError(FindingsError):
    """The output folder cannot be used: not a run, in use, full or read-only."""
