"""How far a run is, on a line of a terminal that goes away again."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable

PAUSE = 0.2
"""Seconds between two looks at the line; a run that is over sooner has none."""

_CLEAR = "\r\x1b[K"


class Progress:
    """A line that says how many documents are done. `out` is a terminal, or None where nothing is to be said."""

    def __init__(self, out: TextIO | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._out = out
        self._clock = clock
        self._due = clock() + PAUSE
        self._shown = False

    def tell(self, done: int) -> None:
        """Show how many documents are done, where it is time to."""
        if self._out is not None and self._clock() >= self._due:
            self._due = self._clock() + PAUSE
            self._shown = True
            self._out.write(f"{_CLEAR}{done} document{'' if done == 1 else 's'} …")
            self._out.flush()

    def clear(self) -> None:
        """Take the line away, so that something else can be said there."""
        if self._out is not None and self._shown:
            self._shown = False
            self._out.write(_CLEAR)
            self._out.flush()
