"""Patterns that are compiled when they are first used, and kept on disk: a scan of one small file needs few of them.

To compile one takes up to 3 ms, to take it up again a twentieth of that.
"""

from __future__ import annotations

import functools
import io
import pickle
import platform
from typing import TYPE_CHECKING

import regex

from redactscan import cache

if TYPE_CHECKING:
    from collections.abc import Iterator


@functools.cache
def compiled(source: str) -> regex.Pattern[str]:
    """Return a pattern of the package, compiled once for all processes."""
    name = f"pattern-{cache.key(source, regex.__version__, platform.python_version())}"
    kept = cache.load(name)
    pattern = unpickled(kept) if kept is not None else None
    if pattern is None:
        pattern = regex.compile(source)
        cache.store(name, pickle.dumps(pattern))
    return pattern


class _Patterns(pickle.Unpickler):
    """Makes nothing but patterns, whatever the data says."""

    def find_class(self, module: str, name: str) -> object:
        if name != "compile" or module.rsplit(".", maxsplit=1)[-1] != "_regex":
            raise pickle.UnpicklingError(f"{module}.{name} makes no pattern")
        return super().find_class(module, name)


def unpickled(data: bytes | memoryview) -> regex.Pattern[str] | None:
    """Return a pickled pattern, or None where it is something else."""
    try:
        pattern = _Patterns(io.BytesIO(data)).load()
    except (pickle.UnpicklingError, TypeError, ValueError, RuntimeError, AttributeError, ImportError, EOFError):
        return None
    return pattern if isinstance(pattern, regex.Pattern) else None


class Pattern:
    """A pattern in the syntax of `regex`, with those methods of a compiled one that its users need."""

    def __init__(self, source: str) -> None:
        self._source = source

    @functools.cached_property
    def _compiled(self) -> regex.Pattern[str]:
        return compiled(self._source)

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
