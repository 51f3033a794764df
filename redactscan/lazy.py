"""Patterns that are compiled when they are first used: a scan of one small file needs few of them."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import regex

if TYPE_CHECKING:
    from collections.abc import Iterator


class Pattern:
    """A pattern in the syntax of `regex`, with those methods of a compiled one that its users need."""

    def __init__(self, source: str) -> None:
        self._source = source

    @functools.cached_property
    def _compiled(self) -> regex.Pattern[str]:
        return regex.compile(self._source)

    def search(self, text: str, start: int = 0, end: int | None = None) -> regex.Match[str] | None:
        """Return the first match in `text[start:end]`; look-arounds see no further."""
        return self._compiled.search(text, start, end)

    def match(self, text: str) -> regex.Match[str] | None:
        """Return the match at the start of a text."""
        return self._compiled.match(text)

    def sub(self, by: str, text: str) -> str:
        """Return a text in which each match is replaced."""
        return self._compiled.sub(by, text)

    def finditer(self, text: str) -> Iterator[regex.Match[str]]:
        """Yield the matches in a text."""
        return self._compiled.finditer(text)
