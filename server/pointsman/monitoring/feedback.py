"""What people did with answers, one verdict an answer, out of the events that editors send."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from pointsman.storage.figures import Happening

_ACCEPTED = ("accepted", "accepted_line", "accepted_word")
_DISMISSED = ("dismissed", "rejected")


@dataclass(frozen=True, slots=True)
class Reception:
    """How one answer was received. `rating` is 1 to 5, or None where nobody rated."""

    shown: bool = False
    accepted: bool = False
    part: bool = False
    """Accepted by the word or the line only."""
    kept: bool = False
    edited: bool = False
    dismissed: bool = False
    rating: int | None = None


def receptions(events: Iterable[Happening]) -> dict[str, Reception]:
    """By the answer's id. Whatever was accepted, kept, edited or dismissed was shown, whether or not an editor said so.

    Accepting wins over dismissing: ghost text of which a word was taken is dismissed for the rest.
    """
    found: dict[str, Reception] = {}
    for event in events:
        answer, what = event.detail.get("answer"), event.detail.get("event")
        if event.kind == "feedback" and isinstance(answer, str) and isinstance(what, str):
            found[answer] = _after(found.get(answer, Reception()), what, event.detail.get("rating"))
    return found


def _after(before: Reception, what: str, rating: object) -> Reception:
    if isinstance(rating, int | float) and not isinstance(rating, bool) and 1 <= rating <= 5:
        return replace(before, shown=True, rating=round(rating))
    if what in _ACCEPTED:
        whole = what == "accepted" or (before.accepted and not before.part)
        return replace(before, shown=True, accepted=True, part=not whole, dismissed=False)
    if what in _DISMISSED:
        return replace(before, shown=True, dismissed=not before.accepted)
    if what == "kept":
        return replace(before, shown=True, kept=True)
    if what == "edited":
        return replace(before, shown=True, edited=True)
    return replace(before, shown=True) if what == "shown" else before
