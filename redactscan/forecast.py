"""How long a scan will take, by the time that a sample takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from redactscan.progress import span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class Measure(NamedTuple):
    """What a sample took: processes, documents, bytes of the input as they lie on the disk, seconds."""

    processes: int
    documents: int
    bytes: int
    seconds: float

    @property
    def rate(self) -> float:
        """Bytes a second."""
        return self.bytes / self.seconds


def forecast(measures: Sequence[Measure], size: int, nodes: Sequence[int]) -> Iterator[tuple[str, int, float, str]]:
    """Yield where, with how many processes, at how many megabytes a second and how long so many bytes are scanned.

    Nodes are reckoned to be as fast as this one with all its cores, each with a part of the shards.
    """
    best = max(measures, key=lambda each: each.rate)
    for each in measures:
        yield "this machine", each.processes, each.rate / 1e6, span(size / each.rate)
    for count in nodes:
        rate = best.rate * count
        yield f"{count} nodes like it", best.processes * count, rate / 1e6, span(size / rate)
