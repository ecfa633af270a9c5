"""The tree of errors that cross a floor.

PointsmanError
├── ConfigError      a file, a key and a remedy
├── ProviderError    one model call failed: `fault` says how, the gateway moves down the ladder
├── BudgetError      a call was refused before it was made
└── StorageError     the database cannot be used; features go on, money fails closed

Messages are for people: no traceback, no key, no code in them.
"""

from __future__ import annotations

from enum import StrEnum


class PointsmanError(Exception):
    """Base of all errors that Pointsman raises on purpose."""


class ConfigError(PointsmanError):
    """Configuration that cannot be used. The message names the file, the key and the remedy."""

    def __init__(self, file: str, key: str, problem: str, remedy: str) -> None:
        super().__init__(f"{file}: {key}: {problem} ({remedy})" if key else f"{file}: {problem} ({remedy})")
        self.file, self.key, self.problem, self.remedy = file, key, problem, remedy


class Fault(StrEnum):
    """How a model call failed."""

    NOT_CONFIGURED = "not_configured"
    """No key, no model file, or an extra that is not installed: not worth a retry until that changes."""
    AUTH = "auth"
    NOT_FOUND = "not_found"
    BAD_REQUEST = "bad_request"
    TOO_LONG = "too_long"
    RATE_LIMITED = "rate_limited"
    OVERLOADED = "overloaded"
    SERVER = "server"
    NETWORK = "network"
    TIMEOUT = "timeout"
    CUT = "cut"
    """The stream ended before the vendor said that the answer was whole."""
    MALFORMED = "malformed"
    EMPTY = "empty"
    REFUSED = "refused"
    """The model declined to answer."""
    REDIRECT = "redirect"
    CRASHED = "crashed"


class ProviderError(PointsmanError):
    """One model call failed.

    `retry_after_s` is what the vendor asked for, in seconds. `remedy` is what a person can do, or "".
    """

    def __init__(
        self, fault: Fault, message: str, *, retry_after_s: float | None = None, status: int | None = None, remedy: str = ""
    ) -> None:
        super().__init__(message)
        self.fault, self.message, self.retry_after_s, self.status, self.remedy = fault, message, retry_after_s, status, remedy


class BudgetError(PointsmanError):
    """A call was refused before it was made, because it could exceed a limit or because the ledger cannot be written."""


class StorageError(PointsmanError):
    """The database cannot be read or written at this time."""
