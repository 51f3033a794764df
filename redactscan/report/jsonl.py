"""One entry a line, as it comes, in JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from redactscan.record import Summary
    from redactscan.report import Item, View


def report(items: Iterable[Item], summary: Callable[[], Summary], view: View) -> Iterator[str]:  # noqa: ARG001
    """Yield a line for each item. All its findings are in it; the summary is not."""
    for item in items:
        yield f"{encoded(item.entry)}\n"


def encoded(value: msgspec.Struct) -> str:
    """Return a value in JSON on one line, not ASCII-escaped.

    Lone surrogates, which Python allows in a text and UTF-8 does not, become JSON escapes and so stay what they are.
    """
    try:
        return msgspec.json.encode(value).decode("utf-8")
    except UnicodeEncodeError:
        text = json.dumps(msgspec.to_builtins(value), ensure_ascii=False, separators=(",", ":"))
        return text.encode("utf-8", "backslashreplace").decode("utf-8")
