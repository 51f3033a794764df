"""What rules cost: ten times as many of them, and those of silent deletions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clock import over, timed
from msgspec.structs import replace
from tabulate import tabulate
from tools import native_pass

from redactscan import Scanner
from redactscan.match import Matcher

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from redactscan.rule import Pack

TENTH = 10


def growth(name: str, texts: Sequence[str]) -> str:
    """Return a table of what ten times as many rules cost, in the native pass and in all.

    A tenth stands for each of the ten tenths of the rules: single ones differ by half.
    """
    pack = Scanner().pack
    tenths = [
        _prepared(replace(pack, rules=pack.rules[n::TENTH], digest=f"{pack.digest}/{n}/{TENTH}")) for n in range(TENTH)
    ]
    everything = [_prepared(pack)]
    rows: list[tuple[str, float, float]] = []
    ways: dict[str, Callable[[Matcher], Callable[[str], object]]] = {"the matching": _matching}
    if everything[0].engine == "hyperscan":
        ways["the native pass"] = lambda matcher: native_pass(matcher, texts)
    for way, made in ways.items():
        few, all_of_them = f"{way} of a tenth, mean of {TENTH}", f"{way} of all: {len(pack.rules)}"
        times = timed({few: _each(made, tenths, texts), all_of_them: _each(made, everything, texts)})
        least, most = times[few] / TENTH, times[all_of_them]
        rows += [(few, least, 1.0), (all_of_them, most, most / least)]
    return tabulate(rows, headers=(f"rules over {name}", "median seconds", "times"), floatfmt=("", ".4f", ".2f"))


def gaps(texts: Sequence[str]) -> str:
    """Return a table of which share of the time of a scan goes to silent deletions: to the matching of their rules."""
    scanner = Scanner()
    pack = scanner.pack
    others = tuple(rule for rule in pack.rules if rule.kind != "gap")
    without = replace(pack, rules=others, digest=f"{pack.digest}/no gaps")
    jobs = {
        "everything": over(scanner.scan, texts),
        "matching": over(_matching(scanner.matcher), texts),
        "matching without gaps": over(_matching(_prepared(without)), texts),
    }
    scanner.matcher.prepare()
    seconds = timed(jobs)
    share = (seconds["matching"] - seconds["matching without gaps"]) / seconds["everything"]
    rows = [*seconds.items(), ("share of everything that goes to gaps", share)]
    return tabulate(rows, headers=("whole text", "median seconds"), floatfmt=("", ".4f"))


def _prepared(pack: Pack) -> Matcher:
    matcher = Matcher(pack)
    matcher.prepare()
    return matcher


def _matching(matcher: Matcher) -> Callable[[str], object]:
    """Return the matching of the strong rules of a matcher that is ready."""
    return lambda text: matcher.matches(text, "strong")


def _each(
    made: Callable[[Matcher], Callable[[str], object]], matchers: Sequence[Matcher], texts: Sequence[str]
) -> Callable[[], object]:
    jobs = [over(made(matcher), texts) for matcher in matchers]
    return lambda: [job() for job in jobs]
