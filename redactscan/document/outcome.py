"""What reading takes and gives: a file; a document with the way back to its source, or the reason why there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from redactscan.record import Skipped

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from redactscan.record import Reason, Remark, Source


class NotText(Exception):  # noqa: N818 - nothing is wrong
    """The bytes give no text; the message says what they are, as in "binary (a PNG picture)", `reason` in a word."""

    def __init__(self, what: str, reason: Reason = "binary") -> None:
        super().__init__(what)
        self.reason = reason


class Unreadable(Exception):  # noqa: N818 - what is wrong is wrong with the document
    """The bytes are of a format, and broken, locked or over a limit; the message says which."""


def absent(what: str, error: ImportError, extra: str = "documents") -> NotText:
    """Return the reason why a format is not read: the library that it needs, and how to install it."""
    library = (error.name or "a library").partition(".")[0]
    return NotText(f"{what}, which needs {library}: pip install 'redactscan[{extra}]'", "not-installed")


def skipped(path: str, what: NotText) -> Skipped:
    """Return the entry for what gives no text."""
    return Skipped(path=path, skipped=str(what), reason=what.reason)


def why(error: Exception) -> str:
    """Return what an error says, on one line."""
    return " ".join(str(error).split()) or type(error).__name__


def nowhere(_start: int, _end: int) -> Source | None:
    """Return no source: that of a text whose format does not tell where it comes from."""
    return None


class File(NamedTuple):
    """The bytes of one file. `path` is what it is called in the output, `name` the part of it that may tell its format.

    What stands beside the bytes and not in them: `form`, the format; `declared`, the encoding; `remarks`.
    """

    path: str
    name: str
    data: bytes
    form: str | None = None
    declared: str | None = None
    remarks: tuple[Remark, ...] = ()


class Document(NamedTuple):
    """The text of one document and what is known of how it was read.

    `encoding`, `invalid` and `confidence` are those of `encoding.Decoded`. `format` names the module that read it; it
    is empty for plain text. `source` leads from a range of the text, half-open and in code points, to where it comes
    from; it may be slow, since it is asked for findings only. `remarks` are what the format says beside the text.
    """

    text: str
    encoding: str = "utf-8"
    invalid: int = 0
    confidence: float | None = None
    format: str = ""
    source: Callable[[int, int], Source | None] = nowhere
    remarks: Sequence[Remark] = ()
