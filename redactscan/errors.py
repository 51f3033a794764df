"""The one exception of the package: rules or settings are wrong, or a path cannot be used."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class RedactscanError(Exception):
    """Something that the user gave is wrong.

    The message is one line that names the place (`file:line: id:` for rules) and says what to do. Documents never raise
    this: what is wrong with a document stands in its record.
    """


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return the end of a complaint about an unknown word: the known one that was perhaps meant, or nothing."""
    import difflib  # noqa: PLC0415 - for complaints only

    near = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def lacking(package: str, extra: str) -> RedactscanError:
    """Return the complaint about a package that is not installed, and how to install it."""
    return RedactscanError(f"this needs {package}: pip install 'redactscan[{extra}]'")
