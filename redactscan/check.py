"""The examples of rules, held against what the rules find: one door for users, contributors and the tests."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import regex

from redactscan.attack import LENGTH, attacks, runaway
from redactscan.expression import UNLESS_REACH
from redactscan.match import Matcher
from redactscan.native import native
from redactscan.pattern import Inexpressible, read
from redactscan.rule import example
from redactscan.sample import sampled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redactscan.record import Finding
    from redactscan.rule import Rule
    from redactscan.scanner import Scanner


TRIES = 40
"""Texts that are made for a rule, to see whether the native pass overlooks its match."""

_BEFORE = (0, 18, 40, 71)
"""Characters that stand before it."""


def failures(scanner: Scanner) -> list[str]:
    """Return what is wrong with the examples of the rules in force, one line "file:line: id: …" each.

    A hit must be found at exactly its marks, a miss not at all. A rule is held against its examples alone, so that none
    can hide behind another that finds the same hole.
    """
    return [line for rule in scanner.rules for line in _rule_failures(scanner, rule)]


def formless(scanner: Scanner) -> list[str]:
    """Return, for the rules in force that have no native form, one line each with the reason: they are slow."""
    lines = []
    for rule in _patterned(scanner):
        try:
            native(rule.pattern, scanner.pack.lists)
        except Inexpressible as why:
            lines.append(f"note: {rule.source}: {rule.id}: runs without Hyperscan: {why}")
    return lines


def overlooked(scanner: Scanner, seed: int = 0) -> list[str]:
    """Return, for the rules in force of which the native pass overlooks a match, one line each with such a text.

    The texts are the same for the same `seed`. Without Hyperscan nothing is overlooked.
    """
    matcher, dice = Matcher(scanner.pack), Random(seed)  # noqa: S311 - the dice make texts
    native = _patterned(scanner) if matcher.engine == "hyperscan" else []
    return [line for rule in native for line in _rule_overlooked(matcher, rule, dice)]


def runaways(scanner: Scanner) -> list[str]:
    """Return, for the rules in force that a text can make run away, one line each with such a text."""
    return [line for rule in _patterned(scanner) for line in _rule_runaways(scanner, rule)]


def _patterned(scanner: Scanner) -> list[Rule]:
    return [rule for rule in scanner.rules if rule.pattern]


def _rule_runaways(scanner: Scanner, rule: Rule) -> Iterator[str]:
    pack = scanner.pack
    texts = [example(hit)[0] for hit in rule.hits]
    # What excuses a match is looked for in a window around it.
    ways = [(rule.pattern, 0, LENGTH), *((source, regex.POSIX, 2 * UNLESS_REACH) for source in rule.unless)]
    for source, flags, length in ways:
        found = runaway(pack.compile(source, flags), attacks(source, pack.lists, texts), length)
        if found:
            spent = f"{found.quarter:.3f} seconds on {length // 4} characters, over {found.whole:.3f} on {length}"
            yield f"{rule.source}: {rule.id}: runs away, {spent}: {found}"


def _rule_overlooked(matcher: Matcher, rule: Rule, dice: Random) -> Iterator[str]:
    index = matcher.pack.rules.index(rule)
    try:
        tree = read(rule.pattern, matcher.pack.lists)
    except Inexpressible:
        return  # `regex` looks for it in all of a text
    for _ in range(TRIES):
        # What is overlooked is so at some distance from the beginning.
        text = f"{'x' * dice.choice(_BEFORE)}{sampled(tree, dice)}\nThe"
        if matcher.overlooks(index, text):
            yield f"{rule.source}: {rule.id}: is overlooked by Hyperscan in {text!r}"
            return


def _rule_failures(scanner: Scanner, rule: Rule) -> Iterator[str]:
    where = f"{rule.source}: {rule.id}"
    alone = scanner.only([rule.id])
    for marked in rule.hits:
        text, wanted = example(marked)
        got = _places(alone, text)
        if got != list(wanted):
            yield f"{where}: hit {marked!r}: found {_shown(text, got) if got else 'nothing'}"
    for text in rule.misses:
        got = _places(alone, text)
        if got:
            yield f"{where}: miss {text!r}: found {_shown(text, got)}"


def _places(alone: Scanner, text: str) -> list[tuple[int, int]]:
    return [_place(f) for f in alone.scan(text).findings]


def _place(finding: Finding) -> tuple[int, int]:
    """Return what the marks of an example stand around: the hole, else the evidence."""
    return finding.hole or (finding.start, finding.end)


def _shown(text: str, places: list[tuple[int, int]]) -> str:
    for start, end in reversed(places):
        text = f"{text[:start]}[|{text[start:end]}|]{text[end:]}"
    return repr(text)
