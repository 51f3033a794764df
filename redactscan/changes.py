"""Lines that were changed, as git tells, so that a run shows only what stands on them."""

from __future__ import annotations

import ast
import os
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from redactscan.errors import RedactscanError
from redactscan.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from redactscan.record import Finding
    from redactscan.report import Item


class Changes:
    """What was changed since a revision, new files that git does not know yet among it; without one, what is staged.

    Raises RedactscanError where there is no git, no repository or no such revision.
    """

    def __init__(self, revision: str | None) -> None:
        self._top = Path(_git("rev-parse", "--show-toplevel").rstrip("\n"))
        since = ["--cached"] if revision is None else ["--end-of-options", revision]
        self._lines = dict(_changed(_git("diff", "--unified=0", "--no-color", "--no-ext-diff", "--no-renames", *since)))
        # Of these git tells no lines.
        whole = [row for row in _git("diff", "--numstat", "-z", "--no-renames", *since).split("\0") if row]
        self._whole = {row.split("\t", 2)[2] for row in whole if row.startswith("-\t-\t")}
        if revision is not None:
            args = ("ls-files", "--others", "--exclude-standard", "--full-name", "-z", str(self._top))
            self._whole |= set(_git(*args).split("\0"))

    def only(self, items: Iterable[Item]) -> Iterator[Item]:
        """Yield the documents with those findings only that touch a changed line."""
        for item in items:
            if isinstance(item.entry, Record):
                findings = [finding for finding in item.entry.findings if self._touches(item.entry, finding)]
                item = item._replace(entry=replace(item.entry, findings=findings))  # noqa: PLW2901
            yield item

    def _touches(self, record: Record, finding: Finding) -> bool:
        file = record.path or "-"
        if not os.path.lexists(file):
            file = file.partition("!")[0]  # a file in another is as changed as that
        path = Path(os.path.relpath(os.path.realpath(file), os.path.realpath(self._top))).as_posix()
        if record.format or file != record.path:
            return path in self._whole or path in self._lines  # its lines are not those of the text
        last = finding.line + finding.text.rstrip("\r\n").count("\n")
        return path in self._whole or any(line in self._lines.get(path, ()) for line in range(finding.line, last + 1))


def _changed(diff: str) -> Iterator[tuple[str, set[int]]]:
    """Yield each file of a diff with the numbers of its new or changed lines."""
    for part in re.split(r"^diff --git .*\n", diff, flags=re.MULTILINE)[1:]:
        name = re.search(r"^\+\+\+ (.*)$", part, re.MULTILINE)
        if name and name[1] != "/dev/null":
            hunks = re.findall(r"^@@ -\S+ \+(\d+)(?:,(\d+))? @@", part, re.MULTILINE)
            lines = (range(int(start), int(start) + int(count or 1)) for start, count in hunks)
            yield _path(name[1]), {line for hunk in lines for line in hunk}


def _path(name: str) -> str:
    """Return a path as it is: git quotes some, and ends those with a space in a tab."""
    name = ast.literal_eval(name) if name.startswith('"') else name.removesuffix("\t")
    return name.removeprefix("b/")


def _git(*args: str) -> str:
    command = [
        "git",
        "-c",
        "core.quotePath=false",
        "-c",
        "diff.noprefix=false",
        "-c",
        "diff.mnemonicPrefix=false",
        *args,
    ]
    try:
        done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - no shell, and no option of the user
    except FileNotFoundError:
        raise RedactscanError("--diff and --staged need git, which is not here") from None
    if done.returncode:
        why = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["it failed"]
        raise RedactscanError(f"git {args[0]}: {why[0].removeprefix('fatal: ')}")
    return os.fsdecode(done.stdout)
