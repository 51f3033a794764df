"""Paragraphs and runs: how documents of word processors are put together, and where a place in them is."""

from __future__ import annotations

from typing import NamedTuple

from redactscan.document.flow import Flow
from redactscan.record import Source


class Run(NamedTuple):
    """A run of text: the part of the package, the paragraph in it and the run in that, both from 1."""

    part: str
    paragraph: int
    run: int


class Runs(Flow[Run]):
    """A text made of runs."""

    def source(self, start: int, end: int) -> Source | None:
        """Return the runs of a range: those of its first part, where it is in more than one."""
        places = [piece.place for piece in self.pieces(start, end)]
        if not places:
            return None
        first = places[0]
        last = next(place for place in reversed(places) if place.part == first.part)
        return Source(part=first.part, paragraph=(first.paragraph, last.paragraph), run=(first.run, last.run))
