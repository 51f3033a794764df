"""Files to documents: bytes and a name go in; texts come out, with their encoding, format, and the way back."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from redactscan.document.form import form
from redactscan.document.outcome import Document, NotText, Unreadable, absent, why
from redactscan.errors import RedactscanError

if TYPE_CHECKING:
    from redactscan.document.outcome import File

__all__ = ["Document", "NotText", "Unreadable", "document"]


def document(file: File, encoding: str | None = None) -> Document:
    """Return the text of one file that is no container.

    `encoding` is what the user says; without it what stands beside the file counts, and its bytes. Raises NotText for
    what holds no text or needs what is not installed, Unreadable for what is broken, and RedactscanError for an
    encoding that is not known.
    """
    kind = file.form or form(file.data, file.name)
    try:
        # The module of a format has its name, and nothing is imported for those that do not occur.
        reader = import_module(f"redactscan.document.{'plain' if kind == 'text' else kind}")
        read: Document = reader.read(file.data, encoding, file.declared)
    except ImportError as error:
        raise absent(kind, error) from None
    except (NotText, Unreadable, RedactscanError):
        raise
    except Exception as error:  # noqa: BLE001 - readers of broken files raise anything
        raise Unreadable(f"cannot be read as {kind}: {why(error)}") from None
    return read._replace(format="" if kind == "text" else kind, remarks=[*file.remarks, *read.remarks])
