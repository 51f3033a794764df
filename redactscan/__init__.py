"""How much of a document is missing, where, and what: `scan(text)` for one, `Scanner` for many."""

from __future__ import annotations

from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from redactscan.cleaned import Cleaned, clean
    from redactscan.errors import RedactscanError
    from redactscan.options import Options
    from redactscan.record import Finding, Record, Scores
    from redactscan.scanner import Scanner, scan

__all__ = [
    "Cleaned",
    "Finding",
    "Options",
    "Record",
    "RedactscanError",
    "Scanner",
    "Scores",
    "__version__",
    "clean",
    "scan",
]

_ROOMS = {
    "RedactscanError": "errors",
    "Finding": "record",
    "Options": "options",
    "Record": "record",
    "Scores": "record",
    "Scanner": "scanner",
    "scan": "scanner",
    "Cleaned": "cleaned",
    "clean": "cleaned",
}


def __getattr__(name: str) -> object:
    # Public names are imported on first use, so that `redactscan --version` does not pay for the matcher.
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415

    return getattr(import_module(f"redactscan.{_ROOMS[name]}"), name)
