"""What a person sees while several models may be speaking: the text of one of them at a time."""

from __future__ import annotations

from collections.abc import Callable

from pointsman.security.output import clean

Show = Callable[[str], None]


class Screen:
    """The first to speak leads. When it leaves, its text is taken back and the next one's shown from its beginning."""

    def __init__(self, show: Show | None) -> None:
        self._show = show
        self._texts: dict[object, str] = {}

    def speaker(self, who: object) -> Show | None:
        """Where `who` says its whole text so far; None where nobody looks."""
        return None if self._show is None else lambda text: self._say(who, text)

    def leave(self, who: object) -> None:
        """`who` failed or was overtaken: what it has said is not the answer."""
        led = self._lead is who
        self._texts.pop(who, None)
        if led and self._show is not None:
            self._show("")
            if self._lead is not None:
                self._show(self._texts[self._lead])

    @property
    def _lead(self) -> object | None:
        return next(iter(self._texts), None)

    def _say(self, who: object, text: str) -> None:
        self._texts[who] = clean(text)
        if self._show is not None and self._lead is who:
            self._show(self._texts[who])
