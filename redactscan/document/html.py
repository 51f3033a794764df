"""HTML: the text that a reader sees, and where in the source it stands."""

from __future__ import annotations

import bisect
import html
import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from selectolax.lexbor import LexborHTMLParser

from redactscan.document.encoding import decode
from redactscan.document.outcome import Document, Unreadable
from redactscan.document.plain import Located
from redactscan.record import Remark

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from redactscan.document.encoding import Decoded
    from redactscan.record import Source

HEAD = 4096
"""Bytes in which a page declares its encoding."""

DEEPEST = 2000
"""Elements in one another: beyond them the time to parse grows with the square, and no page has them."""

_CHARSET = re.compile(rb"<(?:meta\b[^>]*?\bcharset|\?xml\b[^>]*?\bencoding)\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)

_UNSEEN = (
    "script",
    "style",
    "template",
    "iframe",
    "object",
    "svg",
    "math",
    "datalist",
    "noembed",
    "noframes",
    "noscript",
)
"""Elements of a body that no reader sees."""

_UNSEEN_TAG = re.compile(f"(?i)<({'|'.join(_UNSEEN)})")

_HIDDEN = re.compile(r"(?i)(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)\b")
_STYLE = re.compile(r' style="([^"]*)"')

_LINES = (  # noqa: SIM905 - a list would take forty lines
    "address article aside blockquote body br center dd details dialog div dl dt fieldset figcaption figure footer "
    "form h1 h2 h3 h4 h5 h6 header hgroup hr legend li main menu nav ol optgroup option p pre search section "
    "select summary table caption tbody tfoot thead textarea ul"
).split()
_SEPARATORS = {
    **{f"{slash}{name}": "\4" for slash in ("", "/") for name in _LINES},
    **dict.fromkeys(("/td", "/th"), "\5"),
    **dict.fromkeys(("tr", "/tr"), "\6"),
}
"""What separates the text before a tag from that behind it: lines, cells that hold lines, rows that hold cells."""

_SIGNS = "\1\2\3\4\5\6"
"""No page has these, which stand for something here."""

_TAG = re.compile(r"(?s)<(?:!--.*?-->|[!?][^>]*>|(/?[a-z][^\s\1\2\3/>]*)[^>]*>)")
"""A tag as the parser writes it, which leaves no `>` in an attribute."""

_PRE = re.compile(r"(?s)<(pre|textarea)[\s>].*?</\1>")
_SHOWN = (("\1", "\n"), ("\2", "\t"), ("\3", " "), ("&nbsp;", "\xa0"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
"""What stands for spaces that are shown as they are, as in `pre`, and the entities that the parser writes."""

_SPACES = re.compile(" {2,}")
_SPOKEN = re.compile(r"(?s)<!--\s*redactscan:.*?-->")

_NOT_FREE = re.compile(r"isAccessibleForFree(?i:[\"']?\s*(?::|content\s*=)\s*[\"']?(?:https?://schema.org/)?false\b)")
"""What says that a page is not free; it begins with a name, which is looked for in no time."""

_WALLS = ("paywall", "regwall", "subscriber-only", "subscribers-only", "premium-wall", "metered-wall")
_WALL = re.compile(
    rf"(?i)<[a-z][^<>]*\s(?:class|id)\s*=\s*[\"'][^\"'<>]*(?<!no-)(?<!non-)(?:{'|'.join(_WALLS)})(?!-(?:free|exempt|off))"
)


def read(data: bytes, encoding: str | None = None, declared: str | None = None) -> Document:
    """Return the text of a page. `declared` is the encoding that the server named; it goes before the page's own."""
    stated = _CHARSET.search(data[:HEAD])
    decoded = decode(data, encoding, declared or (stated[1].decode("ascii") if stated else None))
    page = seen(decoded.text)
    located = Located(data, decoded)
    remarks = [
        Remark("paywall", "the page says that it is not free to read", located(*m.span()))
        for m in _NOT_FREE.finditer(decoded.text)
    ]
    # Free pages may have a wall too, and hide it.
    if _has_wall(page.written):
        wall = _WALL.search(decoded.text)
        remarks.append(Remark("paywall", "a part of the page is called a wall", wall and located(*wall.span())))
    return Document(page.text, *decoded[1:], source=InPage(page, decoded, located), remarks=remarks)


def _has_wall(written: str) -> bool:
    if "wall" not in written and "subscriber" not in written:
        return False
    lower = written.lower()  # to look for the names alone takes a tenth of the time
    return any(name in lower for name in _WALLS) and bool(_WALL.search(written))


class Page(NamedTuple):
    """What a reader sees of a page, and the same as the parser writes it."""

    text: str
    written: str


def seen(source: str) -> Page:
    """Return what a reader sees of a page; what stands in `noscript` only where nothing else does."""
    _check_depth(source)
    page = _page(source, _UNSEEN)
    # Pages that ask whether one is human have their text there.
    return page if page.text.strip() else _page(source, _UNSEEN[:-1])


def _check_depth(source: str) -> None:
    if source.count("<") < DEEPEST:
        return
    often = {name for name, times in Counter(re.findall(r"<([a-zA-Z][^\s/>]*)", source)).items() if times > DEEPEST}
    depth = dict.fromkeys((name for name in often if name.lower() not in _FLAT), 0)
    for closing, name in re.findall(r"<(/?)([a-zA-Z][^\s/>]*)", source) if depth else ():
        if name in depth:
            depth[name] = max(0, depth[name] - 1) if closing else depth[name] + 1
            if depth[name] > DEEPEST:
                raise Unreadable(f"more than {DEEPEST} elements in one another ({name})")


_FLAT = frozenset(
    (  # noqa: SIM905 - the same
        "a nobr area base br col embed hr img input link meta param source track wbr p li dt dd tr td th thead "
        "tbody tfoot option optgroup colgroup rp rt"
    ).split()
)
"""Elements that are empty, or end where the next one begins."""


def _page(source: str, unseen: Sequence[str]) -> Page:
    """Return the shown text of a page in the order of its source, a line for each block.

    The parser takes out what is not seen and writes the rest. That is well-formed, and to look through it for tags
    takes a fraction of the time that it takes to visit each element.
    """
    for sign in _SIGNS:
        source = source.replace(sign, " ")
    page = LexborHTMLParser(source)
    _take_out(page, sorted({name.lower() for name in _UNSEEN_TAG.findall(source)}.intersection(unseen)))
    written = _written(page)
    if " hidden" in written or any(map(_HIDDEN.search, _STYLE.findall(written))):
        _take_out(page, ["[hidden]", "[style]"])
        written = _written(page)
    parts = _TAG.split(written)
    separator = _SEPARATORS.get
    parts[1::2] = [separator(tag, "") for tag in parts[1::2]]
    text = "".join(parts)
    for space in "\n\t\r\f":
        text = text.replace(space, " ")
    rows = map(_row, text.split("\6")) if "\5" in text or "\6" in text else [_lines(text)]
    return Page(_plain("\n".join(row for row in rows if row)), written)


def _row(row: str) -> str:
    return "\t".join(cell for cell in map(_lines, row.split("\5")) if cell)


def _lines(text: str) -> str:
    lines = [line for line in (line.strip(" ") for line in text.split("\4")) if line]
    return "\n".join([_SPACES.sub(" ", line) if "  " in line else line for line in lines])


def _written(page: LexborHTMLParser) -> str:
    """Return the body as the parser writes it, all names in small letters, with stand-ins for spaces that are kept."""
    body = page.body or page.root
    written = (body and body.html) or ""
    if "redactscan:" in written:  # what speaks to us (`suppression`) stands on a line of its own
        written = _SPOKEN.sub(lambda m: f"<p>{html.escape(' '.join(m[0].split()), quote=False)}</p>", written)
    if "<pre" in written or "<textarea" in written:
        written = _PRE.sub(lambda m: m[0].replace("\n", "\1").replace("\t", "\2").replace(" ", "\3"), written)
    return written


def _take_out(page: LexborHTMLParser, selectors: Sequence[str]) -> None:
    """Take elements out of a page: those with a style only where it hides them."""
    for node in page.css(", ".join(selectors)) if selectors else ():
        if "[style]" not in selectors or node.tag in _UNSEEN or _is_hidden(node.attributes):
            # Not recursive: it goes with all that is in it, which stays in memory and may be taken out again.
            node.decompose(recursive=False)


def _is_hidden(attributes: Mapping[str, str | None]) -> bool:
    return "hidden" in attributes or bool(_HIDDEN.search(attributes.get("style") or ""))


def _plain(text: str) -> str:
    """Return what a text says that the parser wrote."""
    for written, shown in _SHOWN:
        text = text.replace(written, shown)
    return text


# --- the way back ------------------------------------------------------------------------------------------------

_RAW = re.compile(
    r"""(?isx)
    <!--.*?(?:-->|\Z)
    |<(script|style|template|iframe)\b.*?(?:</\1\s*>|\Z)
    |<[/!?a-z](?:[^<>"']|"[^"]{0,4096}"|'[^']{0,4096}')*>"""
)
"""What is no text in the source of a page. Quotes that are not closed must not be read to the end, again and again."""

_ENTITY = re.compile(r"&#?\w+;?")

NEAR = 20_000
"""Characters within which the source of a short text is looked for: further on it may be another of the same words."""

LONG = 16
"""Characters from which a text is its own sign."""


class InPage:
    """The source of what a page shows.

    A parser keeps no places. So the texts of the source, without tags and spaces and with their entities decoded, are
    laid beside those that are shown, which come in the same order; what is not found there has no source.
    """

    def __init__(self, page: Page, decoded: Decoded, located: Located) -> None:
        self._page = page
        self._source = decoded.text
        self._located = located
        self._matched: list[tuple[int, int, int]] | None = None

    def __call__(self, start: int, end: int) -> Source | None:
        """Return the bytes that a range of the text was written as."""
        if self._matched is None:
            self._shown = _Squeezed.of(self._page.text)
            self._raw = _raw(self._source)
            self._matched = list(self._match())
        first = self._place(self._shown.index(start))
        last = self._place(max(self._shown.index(start), self._shown.index(end) - 1))
        if first is None or last is None or last < first:
            return None
        return self._located(self._raw.begin(first), self._raw.end(last))

    def _match(self) -> Iterator[tuple[int, int, int]]:
        """Yield where texts that are shown stand in the source: begin and end among the shown, begin in the source."""
        at = low = 0
        for piece in _TAG.split(self._page.written)[::2]:
            text = "".join(_plain(piece).split())
            high = low + len(text)
            found = self._raw.text.find(text, at, None if len(text) >= LONG else at + NEAR) if text else -1
            if found >= 0:
                yield low, high, found
                at = found + len(text)
            low = high

    def _place(self, at: int) -> int | None:
        matched = self._matched or []
        near = bisect.bisect_right(matched, at, key=lambda m: m[0]) - 1
        if near < 0 or at >= matched[near][1]:
            return None
        low, _, found = matched[near]
        return found + at - low


class _Squeezed:
    """A text without its spaces, and for parts of it where they stood before: at once, or each character apart."""

    def __init__(self) -> None:
        self.text = ""
        self._parts: list[str] = []
        self._length = 0
        self._at: list[int] = []
        self._spans: list[tuple[int, int, bool]] = []

    @classmethod
    def of(cls, text: str, start: int = 0) -> _Squeezed:
        made = cls()
        made.add(text, start)
        return made.whole()

    def add(self, text: str, start: int) -> None:
        """Add a text as it stands from `start`."""
        for word in re.finditer(r"\S+", text):
            self._put(word[0], start + word.start(), start + word.end(), even=True)

    def entity(self, text: str, start: int, end: int) -> None:
        """Add what an entity stands for."""
        text = "".join(text.split())
        if text:
            self._put(text, start, end, even=False)

    def _put(self, text: str, start: int, end: int, *, even: bool) -> None:
        self._at.append(self._length)
        self._spans.append((start, end, even))
        self._parts.append(text)
        self._length += len(text)

    def whole(self) -> _Squeezed:
        self.text = "".join(self._parts)
        return self

    def begin(self, at: int) -> int:
        """Return where the source of a character begins."""
        near = bisect.bisect_right(self._at, at) - 1
        start, _, even = self._spans[near]
        return start + at - self._at[near] if even else start

    def end(self, at: int) -> int:
        """Return where the source of a character ends."""
        near = bisect.bisect_right(self._at, at) - 1
        start, end, even = self._spans[near]
        return start + at - self._at[near] + 1 if even else end

    def index(self, at: int) -> int:
        """Return how many characters that are no spaces stand before a place of the source."""
        near = bisect.bisect_right(self._spans, at, key=lambda span: span[0]) - 1
        if near < 0:
            return 0
        start, end, _ = self._spans[near]
        return self._at[near] + min(at, end) - start


def _raw(source: str) -> _Squeezed:
    """Return the texts of a source, one after the other."""
    made, at = _Squeezed(), 0
    for tag in _RAW.finditer(source):
        _decoded(made, source[at : tag.start()], at)
        at = tag.end()
    _decoded(made, source[at:], at)
    return made.whole()


def _decoded(made: _Squeezed, text: str, start: int) -> None:
    at = 0
    for entity in _ENTITY.finditer(text):
        made.add(text[at : entity.start()], start + at)
        decoded = html.unescape(entity[0])
        if decoded == entity[0]:
            made.add(decoded, start + entity.start())
        else:
            made.entity(decoded, start + entity.start(), start + entity.end())
        at = entity.end()
    made.add(text[at:], start + at)
