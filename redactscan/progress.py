"""How far a run is, on a line of a terminal that goes away again."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable

PAUSE = 0.2
"""Seconds between two looks at the line; a run that is over sooner has none."""

_CLEAR = "\r\x1b[K"


class Input(Protocol):
    """What is read: how many bytes there are, and a meter of those that were read."""

    @property
    def meter(self) -> Meter:
        """The meter."""

    def size(self) -> int:
        """Return how many bytes there are, as far as that can be told; it may take a while."""


class Meter(Protocol):
    """How much was read."""

    @property
    def taken(self) -> int:
        """Bytes."""


class Progress:
    """A line that says how far a run is. `out` is a terminal, or None where nothing is to be said.

    With an `input`, that is not just how many documents are done but how fast it goes, and how long it will take.
    """

    def __init__(self, out: TextIO | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._out = out
        self._clock = clock
        self._begun = clock()
        self._due = self._begun + PAUSE
        self._shown = False
        self._size: int | None = None
        self.input: Input | None = None

    def tell(self, done: int) -> None:
        """Show how many documents are done, where it is time to."""
        if self._out is not None and self._clock() >= self._due:
            self._due = self._clock() + PAUSE
            self._shown = True
            self._out.write(f"{_CLEAR}{done} document{'' if done == 1 else 's'}{self._speed()} …")
            self._out.flush()

    def _speed(self) -> str:
        """Return how many megabytes a second were read, and how long the rest takes at that."""
        if self.input is None or not self.input.meter.taken:
            return ""
        if self._size is None:
            self._size = self.input.size()
        taken, seconds = self.input.meter.taken, self._clock() - self._begun
        left = max(0, self._size - taken) * seconds / taken
        return f", {taken / seconds / 1e6:.1f} MB/s" + (f", {span(left)} left" if self._size else "")

    def clear(self) -> None:
        """Take the line away, so that something else can be said there."""
        if self._out is not None and self._shown:
            self._shown = False
            self._out.write(_CLEAR)
            self._out.flush()


def span(seconds: float) -> str:
    """Return how long something takes, in the two units that matter."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    units = [(days, "d"), (hours, "h"), (minutes, "min"), (rest, "s")]
    first = next((n for n, (count, _) in enumerate(units) if count), len(units) - 1)
    return " ".join(f"{count} {unit}" for count, unit in units[first : first + 2])
