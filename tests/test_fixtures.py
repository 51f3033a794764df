"""The fixtures: whole documents, and beside each what a careful reader finds missing in it."""

from __future__ import annotations

import functools
import importlib.util
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from redactscan import Scanner
from redactscan.document.encoding import decode

if TYPE_CHECKING:
    from redactscan import Finding
    from redactscan.match import Engine
    from redactscan.record import Record

FIXTURES = Path(__file__).parent.parent / "fixtures"

AROUND = 6
"""Code points shown on both sides of a place in an expected file."""

CLOSE = 0.02
"""How far an estimate may be from the truth: the length of what is hidden can only be the usual one."""

HAS_HYPERSCAN = importlib.util.find_spec("hyperscan") is not None
ENGINES: list[Engine] = ["hyperscan", "regex"] if HAS_HYPERSCAN else ["regex"]


def documents(folder: Path) -> list[Path]:
    every = (path for path in sorted(folder.iterdir()) if path.is_file())
    return [path for path in every if path.suffix != ".json" and path.name != "README.md"]


def expected_file(path: Path) -> Path:
    return path.with_suffix(".expected.json")


KNOWN, NOT_YET = documents(FIXTURES), documents(FIXTURES / "not-yet")
CASES = [
    *(pytest.param(path, id=path.name) for path in KNOWN),
    *(
        pytest.param(path, id=path.name, marks=pytest.mark.xfail(strict=True, raises=AssertionError))
        for path in NOT_YET
    ),
]


@functools.cache
def scanner(engine: Engine) -> Scanner:
    return Scanner(engine=engine)


def scanned(path: Path, engine: Engine) -> tuple[str, Record]:
    text = decode(path.read_bytes()).text
    return text, scanner(engine).scan(text)


def shown(text: str, finding: Finding) -> dict[str, object]:
    """Return the place of a finding as an expected file has it: offsets, and the passage with the place marked."""
    start, end = finding.hole or (finding.start, finding.end)
    passage = f"{text[max(0, start - AROUND) : start]}[|{text[start:end]}|]{text[end : end + AROUND]}"
    return {"hole" if finding.hole else "span": [start, end], "text": passage}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("path", CASES)
def test_a_document_is_read_as_a_careful_reader_reads_it(path: Path, engine: Engine) -> None:
    expected = json.loads(expected_file(path).read_text(encoding="utf-8"))
    rules = [finding.pop("rule") for finding in expected["findings"]]
    text, record = scanned(path, engine)
    findings = [f for f in record.findings if f.severity != "note"]

    assert [shown(text, f) for f in findings] == expected["findings"]
    assert all(f.rule.startswith(rule) for f, rule in zip(findings, rules, strict=True)), [f.rule for f in findings]
    assert (record.verdict, record.scores.basis) == (expected["verdict"], expected["basis"])
    assert record.scores.completeness == pytest.approx(expected["completeness"], abs=CLOSE)
    assert record.scores.low - 0.005 <= (expected["completeness"] or 0) <= record.scores.high + 0.005


@pytest.mark.parametrize("path", [*KNOWN, *NOT_YET], ids=lambda path: path.name)
def test_a_finding_has_the_text_of_its_span(path: Path) -> None:
    text, record = scanned(path, "regex")
    assert [text[f.start : f.end] for f in record.findings] == [f.text for f in record.findings]


@pytest.mark.skipif(not HAS_HYPERSCAN, reason="there is no hyperscan for this platform")
@pytest.mark.parametrize("path", [*KNOWN, *NOT_YET], ids=lambda path: path.name)
def test_both_engines_say_the_same(path: Path) -> None:
    assert scanned(path, "hyperscan") == scanned(path, "regex")


def test_there_are_documents_and_each_has_its_expected_file() -> None:
    assert len(KNOWN) >= 12
    assert [path.name for path in [*KNOWN, *NOT_YET] if not expected_file(path).is_file()] == []
