"""Where things are, as other tools want to be told."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from redactscan.record import Entry, Finding


def path(entry: Entry) -> str:
    """Return the path of a document with slashes, as it was given; "-" where it has none."""
    return (entry.path or "-").replace(os.sep, "/")


def uri(entry: Entry) -> str:
    """Return the path of a document as a URI reference, relative where the path is."""
    quoted = quote(path(entry).encode("utf-8", "surrogatepass"), safe="/~")
    return f"file://{quoted}" if quoted.startswith("/") else quoted


def end(finding: Finding) -> tuple[int, int]:
    """Return line and column behind the last character of a finding, from 1, in code points."""
    breaks = finding.text.count("\n")
    last = len(finding.text) - finding.text.rfind("\n")
    return finding.line + breaks, last if breaks else finding.column + len(finding.text)
