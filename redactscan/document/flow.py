"""A text put together from pieces, each of which knows where it comes from."""

from __future__ import annotations

import bisect
from typing import Generic, NamedTuple, TypeVar

Place = TypeVar("Place")


class Piece(NamedTuple, Generic[Place]):
    """What some range of the text has of one piece: where the piece comes from, and from which character to which."""

    place: Place
    start: int
    end: int


class Flow(Generic[Place]):
    """A text in the making.

    Between two pieces stands at most one separator, the one that was asked for last; none is before the first piece
    and behind the last.
    """

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._places: list[Place] = []
        self._length = 0
        self._separator = ""

    def add(self, piece: str, place: Place) -> None:
        """Add a piece of text that comes from a place."""
        if not piece:
            return
        if self._separator and self._length:
            self._parts.append(self._separator)
            self._length += len(self._separator)
        self._separator = ""
        self._parts.append(piece)
        self._starts.append(self._length)
        self._length += len(piece)
        self._ends.append(self._length)
        self._places.append(place)

    def separate(self, separator: str = "\n") -> None:
        """Let this stand before the next piece, whatever was asked for before."""
        self._separator = separator

    def begin(self, separator: str = "\n") -> None:
        """Let this stand before the next piece where nothing was asked for yet, or only a space."""
        if self._separator in ("", " "):
            self._separator = separator

    @property
    def text(self) -> str:
        """The text so far."""
        return "".join(self._parts)

    def pieces(self, start: int, end: int) -> list[Piece[Place]]:
        """Return what a range of the text is made of, without separators; an empty range is the character at it."""
        end = max(end, start + 1)
        first = bisect.bisect_right(self._ends, start)
        last = bisect.bisect_left(self._starts, end)
        return [
            Piece(
                self._places[n],
                max(start, self._starts[n]) - self._starts[n],
                min(end, self._ends[n]) - self._starts[n],
            )
            for n in range(first, last)
        ]
