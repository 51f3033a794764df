"""Run the tests that SECURITY.md names, and print its table: how often each was tried, and how often it succeeded.

A try is one case of a test; many of them try more than one input, those of hypothesis and of the fuzzer some dozens.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from pathlib import Path

import pytest
from tabulate import tabulate

ROOT = Path(__file__).parent.parent
LINE = re.compile(r"^\| (?P<what>[^|]+?) +\|(?: +\d+ \|)* `(?P<name>test_\w+\.py::\w+)` +\|$", re.MULTILINE)
HEADERS = ("attack or fault", "tries", "failures", "held by")


class Counted:
    """A plugin of pytest that counts the cases of each test, by their outcome."""

    def __init__(self) -> None:
        self.cases: Counter[tuple[str, str]] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count one step of a case: the test itself, or that it was skipped or broke before."""
        if report.when == "call" or report.outcome != "passed":
            name = re.sub(r"\[.*", "", report.nodeid.removeprefix("tests/"))
            self.cases[name, report.outcome] += 1


def main() -> None:
    """Print the table, with 0 tries for what is skipped; exit with 1 where one succeeded, or there is no such test."""
    lines = [match.groupdict() for match in LINE.finditer((ROOT / "SECURITY.md").read_text(encoding="utf-8"))]
    counted = Counted()
    names = sorted({line["name"] for line in lines})
    pytest.main(["--quiet", "--no-header", *(f"{ROOT}/tests/{name}" for name in names)], plugins=[counted])
    cases = counted.cases
    rows: list[tuple[str, int, int, str]] = []
    for line in lines:
        failures = cases[line["name"], "failed"]
        rows.append((line["what"], cases[line["name"], "passed"] + failures, failures, f"`{line['name']}`"))
    sums = (sum(tries for _, tries, *_ in rows), sum(failures for _, _, failures, _ in rows))
    print(tabulate([*rows, (f"all {len(rows)}", *sums, "`make hostile`")], headers=HEADERS, tablefmt="github"))
    untried = [line["what"] for line in lines if not any(name == line["name"] for name, _ in cases)]
    sys.exit("\n".join(f"not tried: {what}" for what in untried) or (1 if sums[1] else 0))


if __name__ == "__main__":
    main()
