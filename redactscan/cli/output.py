"""What commands write, and where: text, complaints, files, and the exit codes."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from typing import IO, TYPE_CHECKING, TextIO

import click

from redactscan.errors import RedactscanError

# ruff: noqa: PLC0415 - what needs `regex` or `msgspec` is imported where a command begins: help and version need none.
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

FOUND, UNABLE, INTERRUPTED, CLOSED_PIPE = 1, 2, 130, 141
"""Exit codes besides 0. The last two are what a shell reports for SIGINT and SIGPIPE."""

_SPOOL = 1 << 24
"""Bytes of output that are kept in memory, before a file outside of the user's folders takes them."""


def complain(*lines: str) -> None:
    """Say something on stderr."""
    from redactscan.report.ledger import visible

    for line in lines:
        click.echo(f"redactscan: {visible(line)}", err=True)


def progressing(*, quiet: bool, aside: bool) -> TextIO | None:
    """Return the terminal on which it may be said how far a run is: where nothing else is written meanwhile."""
    busy = not aside and sys.stdout is not None and sys.stdout.isatty()
    able = sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    return sys.stderr if able and not quiet and not busy else None


def colourful() -> bool:
    """Say whether standard output shows colours."""
    wanted = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return wanted and sys.stdout is not None and sys.stdout.isatty()


def show(chunks: Iterable[str]) -> None:
    """Write to standard output as the terminal wants it."""
    write = printing(None)
    for chunk in chunks:
        write(chunk)


def printing(encoding: str | None) -> Callable[[str | bytes], None]:
    """Return what writes to standard output: in `encoding`, or the terminal's, where what it cannot show is escaped."""
    if sys.stdout is None:
        raise RedactscanError("standard output is closed; --output FILE writes to a file")
    out, encoding = sys.stdout.buffer, encoding or sys.stdout.encoding

    def write(chunk: str | bytes) -> None:
        try:
            out.write(_bytes(chunk, encoding))
            out.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise RedactscanError(unwritten(error)) from None

    return write


def unwritten(error: OSError) -> str:
    """Return why standard output cannot be written, and write no more of it."""
    hush()
    return f"the output cannot be written: {error.strerror}"


def hush() -> None:
    """Let what is still buffered for standard output go nowhere: it would fail again, with a traceback, at the exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextlib.contextmanager
def saving(path: str) -> Iterator[Callable[[str | bytes], None]]:
    """Give what writes to a file in UTF-8: all of it once all is there, or nothing; to a device or a pipe, as it is."""
    import shutil
    import tempfile
    from pathlib import Path

    target = Path(path).resolve()
    # Beside the target, so that it can take its place at once; kept elsewhere till then, so that no scan finds it.
    aside = target.with_name(f".redactscan-{os.getpid()}-{target.name}")
    special = target.exists() and not target.is_file()
    with _explained(path):
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not special:
            aside.touch()  # better to fail now than after the scan
            aside.unlink()
    with tempfile.SpooledTemporaryFile(max_size=_SPOOL) as whole:
        yield lambda chunk: _append(whole, chunk, path)
        try:
            with _explained(path):
                whole.seek(0)
                with (target if special else aside).open("wb") as out:
                    shutil.copyfileobj(whole, out)
                if not special:
                    aside.replace(target)
        finally:
            with contextlib.suppress(OSError):
                aside.unlink()


def _append(whole: IO[bytes], chunk: str | bytes, path: str) -> None:
    with _explained(path):
        whole.write(_bytes(chunk, "utf-8"))


def _bytes(chunk: str | bytes, encoding: str) -> bytes:
    return chunk.encode(encoding, "backslashreplace") if isinstance(chunk, str) else chunk


@contextlib.contextmanager
def _explained(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise RedactscanError(f"--output {path}: cannot be written: {error.strerror}") from None
