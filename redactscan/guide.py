"""What a rule means, why it matters and what to do about it, in words for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from redactscan.rule import list_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from redactscan.record import Kind
    from redactscan.rule import Pack, Rule

WORDS = 50
"""Words of a list that are shown: some have a thousand."""


class Meaning(NamedTuple):
    """What a kind of finding is, and why it matters."""

    what: str
    why: str


KINDS: dict[Kind, Meaning] = {
    "mask": Meaning(
        "A visible sign stands in the place of something that the original says.",
        "Readers see that something is hidden, and not what. Each counts as a fact that is gone, in `detail`, and with "
        "the usual length of what it hides in `completeness`.",
    ),
    "gap": Meaning(
        "Something was deleted, and nothing stands in its place.",
        "Nobody sees that it is gone: the sentence says less, or something else. Each counts as a fact that is gone, "
        "in `detail`, and with its usual length in `completeness`.",
    ),
    "placeholder": Meaning(
        "A slot that somebody was to fill in is still open.",
        "The document is not done. Each counts as a fact that is gone, in `detail`; in a form many of them make the "
        "verdict `template`.",
    ),
    "truncation": Meaning(
        "The text was cut: a note says so, or it ends where no text ends.",
        "What follows is not here. What the note declares is missing from `completeness`; where it says nothing, only "
        "bounds are known, and the verdict is `truncated` or `stub`.",
    ),
    "omission": Meaning(
        "The document itself shows that a part of it is gone: by its numbering, by what it announces.",
        "Readers miss a part that others refer to. It lowers `structure`, and `completeness` by the usual size of a "
        "part.",
    ),
    "boilerplate": Meaning(
        "Furniture of a site or a shop, which is not part of the document.",
        "It would be read and counted as though it were text. Nothing is missing: it has no hole, and is left out of "
        "what is visible.",
    ),
}


def page(rule: Rule, pack: Pack) -> Iterator[str]:
    """Yield the lines of what there is to say of a rule, for a terminal."""
    meaning = KINDS[rule.kind]
    yield f"{rule.id}: {rule.message}"
    yield f"  {', '.join(_about(rule))}"
    slot = [f"What is missing is of the kind {rule.slot!r}."] if rule.slot else []
    yield from _section("What it means", [meaning.what, *slot, *_where(rule)])
    yield from _section("Why it matters", [meaning.why])
    yield from _section("Found, at the marks", rule.hits)
    yield from _section("Left alone", rule.misses)
    yield from _section("How to suppress it", suppression(rule))
    yield from _section("How it is written", _written(rule, pack))


def suppression(rule: Rule) -> list[str]:
    """Return the ways to be rid of what a rule finds, the narrowest first."""
    return [
        f"here: on the line or the one before, <!-- redactscan: ignore[{rule.id}] reason -->",
        "as it is now: redactscan baseline, then scan --baseline FILE",
        f'in some files: ignore = ["{rule.id}"] in an override of the settings',
        f"everywhere: --ignore {rule.id}",
    ]


def _about(rule: Rule) -> Iterator[str]:
    yield rule.severity
    yield f"{rule.weight} evidence"
    yield f"languages: {' '.join(rule.languages) or 'any'}"
    yield rule.source


def _where(rule: Rule) -> Iterator[str]:
    if rule.weight == "weak":
        yield "It counts only in documents that have strong evidence besides."
    if rule.scorer:
        yield f"It counts only where the scorer of boundaries finds that a {rule.scorer} is missing."
    if rule.at != "anywhere":
        yield f"It has to stand at the {rule.at} of the document."
    if rule.quiet:
        yield f"It says nothing in documents of these genres: {', '.join(rule.quiet)}."
    if rule.outside:
        yield f"It says nothing in these zones: {', '.join(rule.outside)}."


def _written(rule: Rule, pack: Pack) -> Iterator[str]:
    if rule.pattern:
        yield f"pattern: {rule.pattern}"
    for pattern in rule.unless:
        yield f"unless: {pattern}"
    if rule.check:
        yield f"check: {rule.check}"
    if rule.forms:
        yield f"forms: {', '.join(rule.forms)}"
    for name in dict.fromkeys(list_names(" ".join([rule.pattern, *rule.unless]))):
        words = pack.lists[name]
        more = f" … ({len(words)} words)" if len(words) > WORDS else ""
        yield f"{name}: {' '.join(words[:WORDS])}{more}"


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    yield ""
    yield title
    yield from (f"  {line}" for line in lines)
