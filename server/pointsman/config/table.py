"""One table of a TOML file (or of an editor's settings), read with names: every complaint says file, key and remedy."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping

from pointsman.core.errors import ConfigError


class Table:
    """A mapping that knows where it stands, so that a mistake in it can be mended by who reads the message.

    The getters raise `ConfigError` for a value of the wrong type or outside its range, and for a missing key without a default.
    """

    def __init__(self, data: Mapping[str, object], file: str, path: str = "") -> None:
        self.data, self.file, self.path = data, file, path

    def __contains__(self, key: str) -> bool:
        return key in self.data

    def wrong(self, key: str, problem: str, remedy: str) -> ConfigError:
        """The complaint about one key of this table, to be raised."""
        return ConfigError(self.file, self._at(key), problem, remedy)

    def text(self, key: str, default: str | None = None, *, among: Iterable[str] = ()) -> str:
        """A string; one of `among` where that is given."""
        value = self._get(key, default, "text in quotes")
        if not isinstance(value, str):
            raise self.wrong(key, f"{value!r} is not text", "write it in quotes")
        words = tuple(among)
        if words and value not in words:
            raise self.wrong(key, f"{value!r} is not known", f"use one of: {', '.join(words)}")
        return value

    def number(self, key: str, default: float | None = None, *, least: float = 0.0, most: float = 1e12) -> float:
        """A number from `least` to `most`."""
        value = self._get(key, default, "a number")
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.wrong(key, f"{value!r} is not a number", "write a number without quotes")
        if not least <= value <= most:
            raise self.wrong(key, f"{value} is out of range", f"use a number from {least:g} to {most:g}")
        return float(value)

    def whole(self, key: str, default: int | None = None, *, least: int = 0, most: int = 10**9) -> int:
        """A whole number from `least` to `most`."""
        value = self.number(key, default, least=least, most=most)
        if value != int(value):
            raise self.wrong(key, f"{value} is not a whole number", "write it without a fraction")
        return int(value)

    def flag(self, key: str, default: bool | None = None) -> bool:
        """True or false."""
        value = self._get(key, default, "true or false")
        if not isinstance(value, bool):
            raise self.wrong(key, f"{value!r} is neither true nor false", "write true or false without quotes")
        return value

    def words(self, key: str, default: tuple[str, ...] | None = None, *, among: Iterable[str] = ()) -> tuple[str, ...]:
        """A list of strings, each one of `among` where that is given."""
        value = self._get(key, default, "a list of texts")
        if not isinstance(value, list | tuple) or not all(isinstance(word, str) for word in value):
            raise self.wrong(key, f"{value!r} is not a list of texts", 'write it as ["one", "two"]')
        known = tuple(among)
        for word in value:
            if known and word not in known:
                raise self.wrong(key, f"{word!r} is not known", f"use some of: {', '.join(known)}")
        return tuple(value)

    def texts(self, *, among: Iterable[str] = ()) -> dict[str, str]:
        """All entries, each of which must be a string."""
        words = tuple(among)
        return {key: self.text(key, among=words) for key in self.data}

    def table(self, key: str, *, required: bool = True) -> Table:
        """The table under `key`; an empty one when it is missing and not required."""
        value = self._get(key, None if required else {}, "a table")
        if not isinstance(value, Mapping):
            raise self.wrong(key, f"{value!r} is not a table", f"write it as [{self._at(key)}]")
        return Table(value, self.file, self._at(key))

    def tables(self) -> Iterator[tuple[str, Table]]:
        """All entries, each of which must be a table, in the file's order."""
        for key in self.data:
            yield key, self.table(key)

    def unknown(self, known: Iterable[str]) -> tuple[str, ...]:
        """One line for each key that nothing reads, with the key that was probably meant."""
        words = tuple(known)
        return tuple(self.ignored(key, words) for key in self.data if key not in words)

    def ignored(self, key: str, words: Iterable[str]) -> str:
        """The line that says that a key has no effect."""
        near = difflib.get_close_matches(key, tuple(words), n=1, cutoff=0.5)
        remedy = f"did you mean {near[0]}?" if near else "remove it"
        return f"{self.file}: {self._at(key)} is not known and has no effect ({remedy})"

    def _get(self, key: str, default: object, kind: str) -> object:
        value = self.data.get(key, default)
        if value is None:
            raise self.wrong(key, "is missing", f"give it {kind}")
        return value

    def _at(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key
