"""The clock of all that is measured here."""

from __future__ import annotations

from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

T = TypeVar("T")

ROUNDS = 5
SLOW = 20.0
"""Seconds. What takes longer than this is run once."""


def over(work: Callable[[T], object], texts: Sequence[T]) -> Callable[[], object]:
    """Return what does this work with each text, or whatever they are, and lets go of what comes of it."""

    def run() -> None:
        for text in texts:
            work(text)

    return run


def timed(jobs: Mapping[str, Callable[[], object]], rounds: int = ROUNDS) -> dict[str, float]:
    """Return the median seconds of each job; they take turns, so that a busy minute meets all of them."""
    times: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(rounds):
        for name, work in jobs.items():
            if not times[name] or times[name][0] <= SLOW:
                start = perf_counter()
                work()
                times[name].append(perf_counter() - start)
    return {name: median(took) for name, took in times.items()}
