"""Which forms of damage the rules cover: a page of Markdown, made from the rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redactscan.rule import Pack

FAMILIES = {
    "zh": "Chinese",
    "ja": "Japanese",
    "ko": "Korean",
    "en": "English",
    "fr": "French",
    "de": "German",
    "es": "Spanish",
    "ru": "Russian",
    "ds": "Tools, logs and data sets",
    "cor": "Corruption that looks like deletion",
    "tp": "Placeholders",
    "st": "Structure",
}
"""What the first part of the id of a form stands for."""


def uncovered(pack: Pack) -> list[str]:
    """Return the forms that no rule covers."""
    covered = {form for rule in pack.rules for form in rule.forms}
    return [form for form in pack.forms if form not in covered]


def page(pack: Pack) -> Iterator[str]:
    """Yield the lines of the page."""
    missing = uncovered(pack)
    yield "# Coverage"
    yield ""
    yield "Forms in which something is missing in the wild, and the rules that find them. This page is what"
    yield "`redactscan rules coverage` prints; `redactscan rules show ID` tells what a rule is about."
    yield ""
    yield f"{len(pack.forms)} forms, {len(pack.forms) - len(missing)} of them covered."
    for family, title in FAMILIES.items():
        forms = [form for form in pack.forms if form.partition(".")[0] == family]
        if forms:
            yield from ("", f"## {title}", "", "| form | what it looks like | rules |", "|---|---|---|")
            yield from (_row(pack, form) for form in forms)


def _row(pack: Pack, form: str) -> str:
    rules = ", ".join(f"`{rule.id}`" for rule in pack.rules if form in rule.forms)
    return f"| `{form}` | {pack.forms[form]} | {rules or 'none: ' + pack.uncovered.get(form, 'no reason is given')} |"
