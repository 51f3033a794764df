"""Documents that are kept as ZIP files: their parts, within limits."""

from __future__ import annotations

import io
import zipfile

from redactscan.document.outcome import Unreadable

MOST = 200_000_000
"""Bytes that may come out of one package: a document of that size is none."""


class Package:
    """The parts of a document by name."""

    def __init__(self, data: bytes) -> None:
        self._zip = zipfile.ZipFile(io.BytesIO(data))
        self._left = MOST
        self.names = self._zip.namelist()

    def part(self, name: str) -> bytes:
        """Return a part; raise KeyError where there is none, Unreadable over the limit."""
        with self._zip.open(name) as stream:
            data = stream.read(self._left + 1)
        self._left -= len(data)
        if self._left < 0:
            raise Unreadable(f"more than {MOST} bytes come out of it")
        return data
