"""Records: the documents that lie many in one file; and those that are JSON objects, one a line."""

from __future__ import annotations

import functools
from operator import attrgetter
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

import msgspec

from redactscan.document.encoding import decode
from redactscan.document.outcome import NotText
from redactscan.errors import RedactscanError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

BLOCK = 1 << 20
"""Bytes read at a time: enough that a worker is busy for some hundredths of a second."""

UTF8 = ("utf-8", "utf-8-sig")
"""Encodings in which nothing but a byte order mark differs."""

_SHOWN = 8
"""Names of fields that are shown where the one that is asked for is not there."""


class Fields(NamedTuple):
    """Where the text and the id of a record stand: the name of a field, or names joined by dots for nested ones."""

    text: str = "text"
    id: str = "id"


class Row(NamedTuple):
    """One record: its text and id, and as in a `Document` how its bytes were read."""

    text: str
    id: str | None
    encoding: str = "utf-8"
    invalid: int = 0


class BadRow(Exception):  # noqa: N818 - it is a row
    """A line that gives no text; the message says why, `id` is the record's where that can be read."""

    def __init__(self, why: str, id: str | None = None) -> None:  # noqa: A002 - the name of the field
        super().__init__(why)
        self.id = id


# --- lines -------------------------------------------------------------------------------------------------------


class Block(NamedTuple):
    """Some lines of a file, and the number of the first, from 1. None stands for a line over the limit."""

    first: int
    lines: list[bytes | None]


def blocks(file: BinaryIO, longest: int, size: int = BLOCK) -> Iterator[Block]:
    """Yield all lines of a file in blocks of about `size` bytes; those of more than `longest` bytes are not kept.

    What is in memory is a block and a line within the limit, however large the file is.
    """
    first, lines, held = 1, list[bytes | None](), 0
    while line := file.readline(longest + 1):
        whole = len(line) <= longest or line.endswith(b"\n")
        lines.append(line if whole else None)
        held += len(line)
        while not whole:
            rest = file.readline(size)
            whole = not rest or rest.endswith(b"\n")
        if held >= size:
            yield Block(first, lines)
            first, lines, held = first + len(lines), [], 0
    if lines:
        yield Block(first, lines)


# --- one record --------------------------------------------------------------------------------------------------


class Reader:
    """Lines to rows. `encoding` is that of the lines, by default UTF-8.

    Only the fields that are asked for are decoded; what `msgspec` refuses is looked at again in full, which finds the
    reason, and reads what is no strict JSON and still written by many: NaN, and halves of surrogate pairs.
    """

    def __init__(self, fields: Fields, encoding: str | None = None) -> None:
        self._made_of = fields, encoding
        self._text = way("--text-field", fields.text)
        self._id = way("--id-field", fields.id)
        self._encoding = encoding or "utf-8"
        # Where one field is in the other, or in other encodings, all lines are looked at in full.
        apart = self._text[: len(self._id)] != self._id[: len(self._text)]
        self._quick = _quick(self._text, self._id) if apart and self._encoding in UTF8 else None

    def __reduce__(self) -> tuple[type[Reader], tuple[Fields, str | None]]:
        """Return what another process makes the same reader of."""
        return Reader, self._made_of

    def row(self, line: bytes) -> Row:
        """Return what stands on a line; raise BadRow where that has no text."""
        if self._quick is not None:
            try:
                return self._quick(line)
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                pass
        return self._looked_at(line)

    def _looked_at(self, line: bytes) -> Row:
        import json  # noqa: PLC0415 - most rows are read without it

        try:
            document = decode(line, self._encoding)
            value = json.loads(document.text)
        except NotText as reason:
            raise BadRow(f"not JSON: {reason}") from None
        except json.JSONDecodeError as error:
            raise BadRow(f"not JSON: {error.msg} at character {error.pos + 1}") from None
        except RecursionError:
            raise BadRow("not read: nested too deeply") from None
        row_id = id_of(_at(value, self._id))
        text = _at(value, self._text)
        if not isinstance(text, str):
            raise BadRow(_why(value, ".".join(self._text), text), row_id)
        return Row(text, row_id, self._encoding, document.invalid)


@functools.cache
def reader(fields: Fields, encoding: str | None) -> Reader:
    """Return the one reader of such lines that this process has."""
    return Reader(fields, encoding)


def way(option: str, field: str) -> tuple[str, ...]:
    """Return the names that lead to a field; raise RedactscanError, which names the option, for what is no way."""
    names = tuple(field.split("."))
    if not all(names):
        raise RedactscanError(f"{option} {field!r}: not a name, nor names joined by dots, as in meta.content")
    return names


# --- with msgspec ------------------------------------------------------------------------------------------------

_Tree = dict[str, Any]


def _quick(text: tuple[str, ...], row_id: tuple[str, ...]) -> Callable[[bytes], Row]:
    """Return a function that reads a line and decodes no more of it than the two fields."""
    tree: _Tree = {}
    places = [_planted(tree, text, str), _planted(tree, row_id, msgspec.Raw)]
    decode_line = msgspec.json.Decoder(_struct(tree)).decode
    both = attrgetter(*places)

    def row(line: bytes) -> Row:
        content, raw = both(decode_line(line))
        return Row(content, id_of(msgspec.json.decode(raw)))

    return row


def _planted(tree: _Tree, way: tuple[str, ...], leaf: type) -> str:
    """Put a field into the tree of those that are wanted; return where it stands in the struct that is made of it."""
    place = []
    for depth, name in enumerate(way, start=1):
        below: Any = leaf if depth == len(way) else {}
        inner = tree.setdefault(name, below)
        # Names of fields in JSON need not be names in Python.
        place.append(f"f{list(tree).index(name)}")
        tree = inner if depth < len(way) else tree
    return ".".join(place)


def _struct(tree: _Tree) -> type[msgspec.Struct]:
    fields: list[Any] = []
    for n, (name, inner) in enumerate(tree.items()):
        kind = _struct(inner) if isinstance(inner, dict) else inner
        default = {"default": msgspec.Raw(b"null")} if kind is msgspec.Raw else {}
        fields.append((f"f{n}", kind, msgspec.field(name=name, **default)))
    return msgspec.defstruct("Fields", fields, kw_only=True)


# --- in full -----------------------------------------------------------------------------------------------------

_ABSENT = object()


def _at(value: Any, way: tuple[str, ...]) -> Any:  # noqa: ANN401 - JSON
    for name in way:
        value = value.get(name, _ABSENT) if isinstance(value, dict) else _ABSENT
    return value


def id_of(value: Any) -> str | None:  # noqa: ANN401 - JSON
    """Return an id as text: anything that is no string as it is written in JSON."""
    if value is None or value is _ABSENT:
        return None
    if isinstance(value, str):
        return value
    if type(value) is int:
        return str(value)
    import json  # noqa: PLC0415 - as above

    return json.dumps(value, ensure_ascii=False, default=str)


def value_of(scalar: Any) -> tuple[Any, int]:  # noqa: ANN401 - of Arrow, which is not needed for other records
    """Return a scalar of Arrow as Python has it, and how many bytes of a string are not UTF-8: Arrow does not look."""
    try:
        return scalar.as_py(), 0
    except UnicodeDecodeError as error:
        invalid = len(error.object) - len(error.object.decode(errors="ignore").encode())
        return error.object.decode(errors="replace"), invalid


def _why(value: Any, field: str, text: Any) -> str:  # noqa: ANN401 - JSON
    """Return what is wrong with a record that has no text."""
    if not isinstance(value, dict):
        return f"not an object but {_kind(value)}"
    if text is not _ABSENT:
        return f"the field {field!r} is not a string but {_kind(text)}"
    return absent(field, list(value))


def absent(field: str, there: Sequence[str]) -> str:
    """Return the complaint about a field that is not among those that are there."""
    names = ", ".join(map(repr, there[:_SHOWN])) + (", …" if len(there) > _SHOWN else "")
    return f"no field {field!r}; --text-field names another{f' ({names})' if names else ''}"


def _kind(value: object) -> str:
    kinds = {dict: "an object", list: "a list", str: "a string", bool: "true or false", type(None): "null"}
    return kinds.get(type(value), "a number")
