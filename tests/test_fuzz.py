"""A second of inputs that nobody meant for each way in and out, and all that once broke one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import fuzz
import pytest

if TYPE_CHECKING:
    from pathlib import Path

TRIES = 25
SEED = 1


@pytest.mark.parametrize("name", fuzz.TARGETS)
def test_nothing_breaks(name: str) -> None:
    dice = fuzz.random.Random(f"{name} {SEED}")
    for _ in range(TRIES):
        data = fuzz.mutated(fuzz.TARGETS[name], dice)
        assert not fuzz.tried(name, data), data


@pytest.mark.parametrize("crash", fuzz.crashes(), ids=lambda path: path.name)
def test_what_once_broke_something_does_not(crash: Path) -> None:
    assert not fuzz.tried(fuzz.target_of(crash), crash.read_bytes())
