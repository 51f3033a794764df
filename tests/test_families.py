"""The examples of one rules file against the rules of all others: what overlaps is meant to, or is a defect."""

from __future__ import annotations

import functools

import pytest

from redactscan import Scanner
from redactscan.rule import Rule, example, load

PACK = load()

MEANT = {
    ("mask.docket", "mask.number"): "a number is hidden, if not that of a case",
    ("mask.party", "mask.organization"): "a company is hidden, if not a person",
    ("mask.place", "placeholder.blank-line"): "blanks to fill in, and no mask",
    ("mask.code-letter", "mask.place"): "the name of a market is hidden, if not that of a city",
    ("mask.number", "gap.list-item"): "what a renderer left of stars and what it ate stand side by side",
    ("mask.number", "gap.list-end"): "the same",
    ("mask.bracketed-stars", "truncation.exhibit-excluded"): "the head that announces the stars",
    ("omission.shown-differs", "truncation.total-and-shown"): "the same note, read for another purpose",
    ("truncation.half-character", "mask.replacement-character"): "a text with such signs in its middle too",
    ("truncation.cut-end", "boilerplate.neighbours"): "a whole text with the links of its page",
    ("truncation.ellipsis-before-links", "boilerplate.neighbours"): "the same",
    ("truncation.dots-line", "omission.numbering"): "the dots stand for the items that are not there",
    ("truncation.preview-limit", "omission.numbering"): "the example begins in the middle of a list",
    ("truncation.page-of", "omission.numbering"): "the same",
    ("truncation.dots-and-button", "boilerplate.share-links"): "the links of the page after the button",
    ("placeholder.format-code", "gap.en-number-before-percent"): "a number is gone in that sentence too",
    ("mask.fr-person", "placeholder.slot-abroad"): "a slot to fill in, and no mask",
}
"""Pairs of a rule and another that finds something in its examples, with the reason why that is right."""


def family(rule: Rule) -> str:
    return rule.source.rpartition(":")[0]


@functools.cache
def scanner() -> Scanner:
    return Scanner()


def strangers(rule: Rule) -> dict[str, str]:
    """Return what rules of other files find in the examples of a rule, outside of its own holes, each with the text."""
    found: dict[str, str] = {}
    for marked in (*rule.hits, *rule.misses):
        text, holes = example(marked)
        for f in scanner().scan(text).findings:
            start, end = f.hole or (f.start, f.end)
            own = any(start <= hole[1] and hole[0] <= end for hole in holes)
            if not own and f.severity != "note" and family(PACK.find(f.rule)) != family(rule):
                found[f.rule] = marked
    return found


@pytest.mark.parametrize("rule", PACK.rules, ids=[rule.id for rule in PACK.rules])
def test_the_examples_of_a_rule_are_nothing_to_other_families(rule: Rule) -> None:
    meant = {other for one, other in MEANT if one == rule.id}
    assert {other: text for other, text in strangers(rule).items() if other not in meant} == {}


@pytest.mark.parametrize("pair", MEANT, ids=" ".join)
def test_a_known_pair_still_overlaps(pair: tuple[str, str]) -> None:
    assert pair[1] in strangers(PACK.find(pair[0]))
