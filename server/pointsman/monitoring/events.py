"""Something that happened, as a small value: names and figures, never text of the user."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Figure = str | int | float


@dataclass(frozen=True, slots=True)
class Event:
    """`kind` is a stable word (`service_level`, `breaker_opened`); `at` is wall time in seconds since the epoch."""

    kind: str
    at: float
    detail: Mapping[str, Figure] = field(default_factory=dict)


class Events:
    """Tells listeners of events, in order. A listener that fails is dropped: watching must not break what is watched."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[Event], None]] = []

    def subscribe(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        """Tell `listener` of every event from now on; the returned function ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    def emit(self, event: Event) -> None:
        """Tell every listener; never raises."""
        for listener in tuple(self._listeners):
            try:
                listener(event)
            except Exception:
                self._listeners.remove(listener)
