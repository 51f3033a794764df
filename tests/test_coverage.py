"""The page of what is covered is made from the rules, and every form is covered or has a reason why not."""

from __future__ import annotations

from pathlib import Path

import pytest

from redactscan.coverage import FAMILIES, page, uncovered
from redactscan.rule import load

PACK = load()
FEW = 15
"""Forms that may be left uncovered."""


def test_the_page_is_that_of_the_rules() -> None:
    shown = (Path(__file__).parent.parent / "docs" / "coverage.md").read_text(encoding="utf-8")
    assert shown.splitlines() == list(page(PACK)), "redactscan rules coverage > docs/coverage.md"


def test_a_form_that_is_not_covered_has_a_reason() -> None:
    assert uncovered(PACK) == list(PACK.uncovered)
    assert len(PACK.uncovered) <= FEW


@pytest.mark.parametrize("form", PACK.forms)
def test_a_form_is_of_a_known_family(form: str) -> None:
    assert form.partition(".")[0] in FAMILIES


def test_a_rule_names_a_form_once() -> None:
    assert [rule.id for rule in PACK.rules if len(set(rule.forms)) < len(rule.forms)] == []
