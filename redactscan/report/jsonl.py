"""One entry a line, as it comes, in JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec

from redactscan.report import Report

if TYPE_CHECKING:
    from redactscan.report import Item


class Lines(Report):
    """A line for each document. All its findings are in it; the summary is not."""

    def add(self, item: Item) -> str:
        """Return the line of a document."""
        return f"{encoded(item.entry)}\n"


def encoded(value: msgspec.Struct) -> str:
    """Return a value in JSON on one line, not ASCII-escaped.

    Lone surrogates, which Python allows in a text and UTF-8 does not, become JSON escapes and so stay what they are.
    """
    try:
        return msgspec.json.encode(value).decode("utf-8")
    except UnicodeEncodeError:
        return json_line(msgspec.to_builtins(value))


def json_line(value: object) -> str:
    """Return the same for a value of built-in types."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
