"""Run the tests that SECURITY.md names, and print how often each attack was tried, and how often it succeeded.

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
LINE = re.compile(r"^\| (?P<what>[^|]+) \| `(?P<file>test_\w+\.py)::(?P<test>\w+)` \|$", re.MULTILINE)


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
    """Print the table; exit with 1 where an attack succeeded, or was not tried."""
    lines = [match.groupdict() for match in LINE.finditer((ROOT / "SECURITY.md").read_text(encoding="utf-8"))]
    counted = Counted()
    names = sorted({f"{line['file']}::{line['test']}" for line in lines})
    pytest.main(["--quiet", "--no-header", *(f"{ROOT}/tests/{name}" for name in names)], plugins=[counted])
    rows: list[tuple[str, int, int, int]] = []
    for line in lines:
        name = f"{line['file']}::{line['test']}"
        tries = {outcome: counted.cases[name, outcome] for outcome in ("passed", "failed", "skipped")}
        rows.append((line["what"], tries["passed"] + tries["failed"], tries["failed"], tries["skipped"]))
    tried, failures, skipped = (sum(numbers) for numbers in zip(*(row[1:] for row in rows), strict=True))
    rows.append((f"all {len(rows)} kinds", tried, failures, skipped))
    print(tabulate(rows, headers=("attack or fault", "tries", "failures", "skipped here")))
    sys.exit(any(failed or not tries for _, tries, failed, _ in rows))


if __name__ == "__main__":
    main()
