"""The choices of a scanner as a value that can be sent elsewhere, and the one scanner that a process makes of it."""

from __future__ import annotations

import functools
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from redactscan.scanner import MAX_FINDINGS, Scanner

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from redactscan.match import Engine
    from redactscan.profile import Choice


@dataclass(frozen=True, kw_only=True)
class Options:
    """What a `Scanner` takes, by the same names and with the same defaults; equal ones are the same key of a dict.

    `rules` are paths, which every machine must have that scans. Nothing is read or checked before a scanner is made.
    """

    rules: Sequence[str | Path] = ()
    default_rules: bool = True
    select: Sequence[str] = ()
    ignore: Sequence[str] = ()
    engine: Engine = "auto"
    notes: bool = False
    profile: Choice = "auto"
    model: bool = True
    thorough: bool = False
    max_findings: int = MAX_FINDINGS

    def __post_init__(self) -> None:
        """Make lists to tuples, so that the whole can be hashed."""
        object.__setattr__(self, "rules", tuple(os.fspath(path) for path in self.rules))
        object.__setattr__(self, "select", tuple(self.select))
        object.__setattr__(self, "ignore", tuple(self.ignore))


@functools.cache
def shared(options: Options) -> Scanner:
    """Return the scanner with these options that this process has, made when it is first asked for.

    Raises RedactscanError, one line that names the place, when rules or options are wrong.
    """
    return Scanner(**vars(options))
