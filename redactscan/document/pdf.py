"""PDF: the text of each page in the order in which it is kept, with boxes; what a black box covers is shown as one."""

from __future__ import annotations

import ctypes
import re
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

import pypdfium2
from pypdfium2 import raw

from redactscan.document.flow import Flow
from redactscan.document.outcome import Document, NotText, Unreadable
from redactscan.record import Remark, Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Box = tuple[float, float, float, float]
"""Left, bottom, right and top, in points."""

_WIDE = r"[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]"
"""Characters of scripts that are written without spaces, or break lines as they do."""

_CLOSED = re.compile(r"[。！？!?：:；;.…]\s*$")
"""Ends of lines after which a new one begins: where it goes on all the same, nothing is torn."""

PAGES = 20_000
"""Pages that are read of one document."""

BOX = "█"
"""What stands for a character under a black box: a reader sees as much."""

DARK = 60
"""Red, green and blue up to which, of 255, a box is black."""

SMALL = 3.0
"""Points under which, in height, a black box is a line."""

MANY = 200
"""Black boxes of a page that are looked under: more are a drawing."""

_LOCKED = "password"


def read(data: bytes, _encoding: str | None = None, _declared: str | None = None) -> Document:
    """Return the text of a PDF; pages without any text, text under boxes and open redactions are remarks.

    Raises NotText where no page has text, Unreadable for what is broken or locked.
    """
    try:
        pdf = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise Unreadable(
            "a PDF that is locked with a password" if _LOCKED in str(error).lower() else "a broken PDF"
        ) from None
    try:
        return _document(data, pdf)
    finally:
        pdf.close()


def _document(data: bytes, pdf: pypdfium2.PdfDocument) -> Document:
    flow: Flow[_Spot] = Flow()
    remarks, empty = list[Remark](), list[int]()
    count = len(pdf)
    if count > PAGES:
        remarks.append(Remark("unread", f"{count} pages, of which {PAGES} are read"))
    for number in range(1, min(count, PAGES) + 1):
        try:
            page = _page(pdf, number)
        except pypdfium2.PdfiumError:
            remarks.append(Remark("unread", f"page {number} is broken", Source(page=number)))
            continue
        remarks += page.remarks
        for line in page.lines:
            flow.separate(line.before)
            flow.add(line.text, _Spot(number, line.at))
        if not page.lines:
            empty.append(number)
    if not flow.text:
        raise NotText(f"a PDF without a text layer ({count} page{'' if count == 1 else 's'}); it has to be read by OCR")
    if empty:
        remarks.append(Remark("unread", f"no text layer on {_ranges(empty)}"))
    return Document(flow.text, source=_Boxes(data, flow).source, remarks=remarks)


def _ranges(pages: list[int]) -> str:
    """Return page numbers as a reader writes them: "pages 2, 4-6"."""
    parts: list[list[int]] = []
    for page in pages:
        if parts and parts[-1][-1] == page - 1:
            parts[-1][1:] = [page]
        else:
            parts.append([page])
    shown = ", ".join("-".join(map(str, part)) for part in parts)
    return f"page{'s' if len(pages) > 1 else ''} {shown}"


# --- a page ------------------------------------------------------------------------------------------------------


class _Spot(NamedTuple):
    """A page, from 1, and a place in its text as the library gives it."""

    page: int
    at: int


class _Line(NamedTuple):
    """A line of a page: what stands between it and the one before, its text, and where that is in the page's."""

    before: str
    text: str
    at: int


class _Page(NamedTuple):
    lines: list[_Line]
    remarks: list[Remark]


def _page(pdf: pypdfium2.PdfDocument, number: int) -> _Page:
    page = pdf[number - 1]
    texts = page.get_textpage()
    try:
        open_ = "a redaction that was marked and never applied"
        remarks = [Remark("redaction", open_, Source(page=number, box=box)) for box in _redactions(page)]
        # The library has its own signs for a hyphen at the end of a line and for what it cannot read.
        text = texts.get_text_range().translate({2: "-", 0xFFFE: "-", 0: "\ufffd"})
        black = list(islice(_black(page), MANY + 1))
        if len(black) > MANY:
            message = f"more than {MANY} black boxes on page {number}: what lies under them is not known"
            remarks.append(Remark("unread", message, Source(page=number)))
            black = []
        places = [_box(texts, at) for at in range(len(text))] if black else []
        for box, order in black:
            covered = _covered(page, texts, places, box, order)
            if covered:
                text = "".join(BOX if n in covered else c for n, c in enumerate(text))
                message = f"{len(covered)} characters are hidden by a black box, and can be copied from there"
                remarks.append(Remark("covered", message, Source(page=number, box=box)))
        return _Page(list(_lines(texts, text)), remarks)
    finally:
        texts.close()
        page.close()


def _lines(texts: pypdfium2.PdfTextPage, text: str) -> Iterator[_Line]:
    """Yield the lines of a page; one that is full goes on in the next, as a paragraph does."""
    found = [m for m in re.finditer(r"[^\r\n]+", text) if m[0].strip()]
    rights = [_box(texts, m.start() + len(m[0].rstrip()) - 1)[2] for m in found]
    margin = max(rights, default=0.0)
    before = "\n"
    for n, line in enumerate(found):
        shown = line[0].rstrip()
        goes_on = n + 1 < len(found) and _goes_on(texts, line[0], found[n + 1], rights[n], margin)
        yield _Line(before, shown.removesuffix("-") if goes_on else shown, line.start())
        before = _between(shown, found[n + 1][0]) if goes_on else "\n"


def _goes_on(texts: pypdfium2.PdfTextPage, line: str, following: re.Match[str], right: float, margin: float) -> bool:
    """Say whether a line was ended by the margin: what comes next would not have fit."""
    if _CLOSED.search(line):
        return False
    word = re.match(rf"{_WIDE}|(?:(?!{_WIDE})\S)+", following[0])
    if word is None:
        return False
    left, bottom, _, top = _box(texts, following.start())
    # Margins are not quite straight, and what is printed outside of the text may go beyond them by a little.
    return right + _box(texts, following.start() + word.end() - 1)[2] - left >= margin - (top - bottom)


def _between(line: str, following: str) -> str:
    joined = line.endswith("-") or re.search(rf"{_WIDE}$", line) or re.match(_WIDE, following)
    return "" if joined else " "


# --- boxes -------------------------------------------------------------------------------------------------------


def _box(texts: pypdfium2.PdfTextPage, at: int) -> Box:
    """Return the box of a character; nothing has the size of nothing."""
    index = raw.FPDFText_GetCharIndexFromTextIndex(texts, at)
    return texts.get_charbox(index) if index >= 0 else (0.0, 0.0, 0.0, 0.0)


def _black(page: pypdfium2.PdfPage) -> Iterator[tuple[Box, int]]:
    """Yield the black boxes of a page, and which of its objects each is: later ones lie above."""
    # The library's own way makes an object of each, which takes as long as to read the text; so would its page.
    pointer, shape_of, type_of = page.raw, raw.FPDFPage_GetObject, raw.FPDFPageObj_GetType
    for order in range(raw.FPDFPage_CountObjects(pointer)):
        shape = shape_of(pointer, order)
        if type_of(shape) == raw.FPDF_PAGEOBJ_PATH and _is_filled(shape) and _is_black(shape):
            sides = [ctypes.c_float() for _ in range(4)]
            raw.FPDFPageObj_GetBounds(shape, *sides)
            left, bottom, right, top = (side.value for side in sides)
            if top - bottom >= SMALL and right - left >= SMALL:
                yield (left, bottom, right, top), order


def _is_filled(shape: Any) -> bool:  # noqa: ANN401 - a pointer of ctypes
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(shape, fill, stroke)
    return bool(fill.value)


def _is_black(shape: Any) -> bool:  # noqa: ANN401 - a pointer of ctypes
    colours = [ctypes.c_uint() for _ in range(4)]
    if not raw.FPDFPageObj_GetFillColor(shape, *colours):
        return False
    *colour, opacity = (c.value for c in colours)
    return max(colour) <= DARK and opacity > 255 - DARK


def _covered(
    page: pypdfium2.PdfPage, texts: pypdfium2.PdfTextPage, places: Sequence[Box], box: Box, order: int
) -> set[int]:
    """Return which characters a box hides: those with their middle in it that were drawn before, or are black too."""
    left, bottom, right, top = box
    above = {_address(raw.FPDFPage_GetObject(page, n)) for n in range(order, raw.FPDFPage_CountObjects(page))}
    found = set()
    for at, (low, under, high, over) in enumerate(places):
        if left <= (low + high) / 2 <= right and bottom <= (under + over) / 2 <= top and high > low:
            index = raw.FPDFText_GetCharIndexFromTextIndex(texts, at)
            text = raw.FPDFText_GetTextObject(texts, index)
            if _address(text) not in above or _is_black(text):
                found.add(at)
    # Spaces have no boxes; those within are under it too.
    return found | {at for at in range(len(places)) if at - 1 in found and at + 1 in found}


def _address(pointer: Any) -> int | None:  # noqa: ANN401 - a pointer of ctypes
    return ctypes.cast(pointer, ctypes.c_void_p).value


def _redactions(page: pypdfium2.PdfPage) -> Iterator[Box]:
    for n in range(raw.FPDFPage_GetAnnotCount(page)):
        note = raw.FPDFPage_GetAnnot(page, n)
        area = raw.FS_RECTF()
        if raw.FPDFAnnot_GetSubtype(note) == raw.FPDF_ANNOT_REDACT and raw.FPDFAnnot_GetRect(note, area):
            yield tuple(round(side, 2) for side in (area.left, area.bottom, area.right, area.top))
        raw.FPDFPage_CloseAnnot(note)


class _Boxes:
    """The boxes of a text, for which its pages are opened again: most documents have no findings."""

    def __init__(self, data: bytes, flow: Flow[_Spot]) -> None:
        self._data = data
        self._flow = flow

    def source(self, start: int, end: int) -> Source | None:
        """Return the page on which a range begins, and the box around what stands there of it."""
        pieces = self._flow.pieces(start, end)
        if not pieces:
            return None
        number = pieces[0].place.page
        pdf = pypdfium2.PdfDocument(self._data)
        try:
            texts = pdf[number - 1].get_textpage()
            spots = [n for (page, at), a, b in pieces if page == number for n in range(at + a, at + b)]
            boxes = [box for box in (_box(texts, n) for n in spots) if box[2] > box[0]]
        finally:
            pdf.close()
        sides = list(zip(*boxes, strict=True))
        if not sides:
            return Source(page=number)
        around = min(sides[0]), min(sides[1]), max(sides[2]), max(sides[3])
        return Source(page=number, box=tuple(round(side, 2) for side in around))
