"""Scores beside the truth, over documents made by dice; `make accuracy` prints the same of more."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from redactscan import Scanner

sys.path.insert(0, str(Path(__file__).parent.parent / "bench"))

import truth

DOCUMENTS = 120


@pytest.fixture(scope="module")
def measured() -> tuple[dict[str, truth.Measured], float | None]:
    rows, correlation = truth.measured(Scanner().scan, truth.cases(DOCUMENTS))
    return {row.way: row for row in rows}, correlation


# Completeness off by at most, truth within the bounds in at least, damage found in at least.
WANTED = {
    "whole": (0.0, 1.0, 0.0),
    "masked": (0.07, 0.75, 0.95),
    "deleted": (0.1, 0.85, 0.95),
    "cut, the note says how much": (0.01, 1.0, 1.0),
    "cut, a note does not say": (0.0, 1.0, 0.97),
    "cut, no note": (1.0, 0.85, 0.85),
}


@pytest.mark.parametrize(("way", "error", "bounded", "found"), [(way, *wanted) for way, wanted in WANTED.items()])
def test_scores_come_near_the_truth(
    measured: tuple[dict[str, truth.Measured], float | None], way: str, error: float, bounded: float, found: float
) -> None:
    row = measured[0][way]
    assert row.documents == DOCUMENTS // len(truth.WAYS)
    assert row.error is None or row.error <= error
    assert row.bounded >= bounded
    assert row.found >= found


def test_nothing_is_found_in_whole_documents(measured: tuple[dict[str, truth.Measured], float | None]) -> None:
    assert (measured[0]["whole"].found, measured[0]["whole"].worst) == (0.0, 0.0)


def test_detail_follows_the_facts_that_survive(measured: tuple[dict[str, truth.Measured], float | None]) -> None:
    assert (measured[1] or 0) >= 0.95


def test_documents_with_a_known_truth_are_read(tmp_path: Path) -> None:
    file, folder = tmp_path / "cut.jsonl", tmp_path / "whole"
    file.write_text('{"text": "港", "way": "cut", "truth": {"share": 0.5, "facts": 4, "facts_missing": 1}}\n', "utf-8")
    folder.mkdir()
    (folder / "a.txt").write_text("灯", "utf-8")
    assert list(truth.read(file)) == [truth.Case("cut", "港", 0.5, 0.75)]
    assert list(truth.read(folder)) == [truth.Case("whole", "灯", 1, None)]
