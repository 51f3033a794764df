"""`rules`: list, show and check them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from redactscan.cli.options import choice_options, pack_options
from redactscan.cli.output import FOUND, show

# ruff: noqa: PLC0415 - what needs `regex` or `msgspec` is imported where a command begins: help and version need none.
if TYPE_CHECKING:
    from collections.abc import Sequence

    from redactscan.rule import Rule
    from redactscan.scanner import Scanner


@click.group()
def rules() -> None:
    """List, show and check rules."""


@rules.command("list")
@pack_options
@choice_options
def rules_list(
    rules: tuple[str, ...], *, default_rules: bool, select: tuple[str, ...], ignore: tuple[str, ...]
) -> None:
    """List the rules that a scan with these options uses."""
    from tabulate import tabulate

    from redactscan.rule import chosen, load

    pack = load(rules, default=default_rules)
    ids = chosen(pack, select, ignore)
    rows = [(r.id, r.severity, r.weight, ", ".join(r.languages) or "any", r.message) for r in pack.rules if r.id in ids]
    table = tabulate(rows, headers=("id", "severity", "weight", "languages", "message"), disable_numparse=True)
    show([f"{table}\n\n{_count(rows)}\n"])


def _count(rules: Sequence[object]) -> str:
    return f"{len(rules)} rule{'' if len(rules) == 1 else 's'}"


@rules.command("show")
@click.argument("rule_id", metavar="ID")
@pack_options
def rules_show(rule_id: str, rules: tuple[str, ...], *, default_rules: bool) -> None:
    """Show what a rule means, why it matters, its examples, and how to suppress what it finds."""
    from redactscan.guide import page
    from redactscan.report.ledger import visible
    from redactscan.rule import load

    pack = load(rules, default=default_rules)
    show(f"{visible(line)}\n" for line in page(pack.find(rule_id), pack))


@rules.command("coverage")
@pack_options
def rules_coverage(rules: tuple[str, ...], *, default_rules: bool) -> None:
    """Show which forms of damage the rules cover, as a page of Markdown."""
    from redactscan.coverage import page
    from redactscan.rule import load

    show(f"{line}\n" for line in page(load(rules, default=default_rules)))


@rules.command("check")
@click.argument("path", required=False)
@click.option(
    "--no-default-rules",
    "default_rules",
    flag_value=False,
    default=True,
    help="PATH stands alone, without the lists of the package.",
)
def rules_check(path: str | None, *, default_rules: bool) -> None:
    """Hold rules against their own examples, and against texts made to stop them: those at PATH, or of the package."""
    from redactscan.check import failures, formless, overlooked, runaways

    scanner, checked = _checked(path, default_rules=default_rules)
    chosen = scanner.only(rule.id for rule in checked)
    # For those of the package, of which the databases take long to make, the tests do it.
    own = scanner.only(rule.id for rule in checked if not rule.default)
    wrong, slow = [*failures(chosen), *runaways(chosen), *overlooked(own)], formless(chosen)
    examples = sum(len(rule.hits) + len(rule.misses) for rule in checked)
    verdict = f"{len(wrong)} do{'es' if len(wrong) == 1 else ''} not hold" if wrong else "all hold"
    show(f"{line}\n" for line in [*wrong, *slow, f"{_count(checked)}, {examples} examples: {verdict}"])
    raise click.exceptions.Exit(FOUND if wrong else 0)


def _checked(path: str | None, *, default_rules: bool) -> tuple[Scanner, list[Rule]]:
    """Return a scanner, and those of its rules that stand at `path`, by default all that come with the package.

    Its engine is the one that defines what rules mean, and needs no seconds to get ready after every change of a file.
    """
    from pathlib import Path

    from redactscan.rule import default_folder, rule_files
    from redactscan.scanner import Scanner

    base = default_folder().resolve()
    if path is None or Path(path).resolve().is_relative_to(base):
        scanner = Scanner(engine="regex")
        files = {f"rules/{file.relative_to(base).as_posix()}" for file in rule_files(Path(path or base).resolve())}
    else:
        scanner = Scanner(rules=[path], default_rules=default_rules, engine="regex")
        files = {str(file) for file in rule_files(Path(path))}
    return scanner, [rule for rule in scanner.pack.rules if rule.source.rpartition(":")[0] in files]


@rules.command("profile")
@click.argument("paths", nargs=-1, required=True)
@pack_options
@click.option("--most", type=click.IntRange(0), default=20, show_default=True, metavar="N", help="Rules shown; 0: all.")
def rules_profile(paths: tuple[str, ...], rules: tuple[str, ...], *, default_rules: bool, most: int) -> None:
    """Say which rules take the most time over the documents at PATHS.

    Candidates are the places that the native pass leaves to be looked at, matches what is left of them. A rule with
    many candidates and few matches wants a narrower pattern.
    """
    from tabulate import tabulate

    from redactscan.corpus import Documents
    from redactscan.plan import Always, Plan
    from redactscan.scanner import Scanner

    scanner = Scanner(rules=rules, default_rules=default_rules)
    costs = scanner.matcher.costs(item.text for item in Documents(paths, Always(Plan(scanner))))
    whole = sum(cost.seconds for cost in costs)
    rows = [(c.rule, c.candidates, c.matches, f"{c.seconds:.4f}") for c in costs[: most or None]]
    table = tabulate(rows, headers=("rule", "candidates", "matches", "seconds"), colalign=("left", *["right"] * 3))
    show([f"{table}\n\n{len(costs)} rules with candidates, {whole:.4f} seconds\n"])
