"""HTML: the text that a reader sees, and where in the source it stands."""

from __future__ import annotations

import bisect
import html
import re
from collections import Counter
from typing import TYPE_CHECKING

from selectolax.lexbor import LexborHTMLParser

from redactscan.document.encoding import decode
from redactscan.document.flow import Flow
from redactscan.document.outcome import Document, Unreadable
from redactscan.document.plain import Located
from redactscan.record import Remark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selectolax.lexbor import LexborNode

    from redactscan.document.encoding import Decoded
    from redactscan.record import Source

HEAD = 4096
"""Bytes in which a page declares its encoding."""

DEEPEST = 2000
"""Elements in one another: beyond them the time to parse grows with the square, and no page has them."""

_CHARSET = re.compile(rb"<(?:meta\b[^>]*?\bcharset|\?xml\b[^>]*?\bencoding)\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)

_UNSEEN = frozenset(("head", "script", "style", "template", "iframe", "object", "svg", "math", "datalist", "-comment"))
_BLOCKS = frozenset(
    (  # noqa: SIM905 - a list would take forty lines
        "address article aside blockquote body center dd details dialog div dl dt fieldset figcaption figure footer "
        "form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol optgroup option p pre search section "
        "select summary table caption tbody tfoot thead textarea tr ul"
    ).split()
)
_KEPT = frozenset(("pre", "textarea", "listing", "xmp"))
"""Elements whose spaces and line ends are shown as they are."""

_HIDDEN = re.compile(r"(?i)(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)\b")
_SPACE = re.compile(r"[ \t\n\r\f]+")

_NOT_FREE = re.compile(
    r"(?i)[\"']?isAccessibleForFree[\"']?\s*(?::\s*|content\s*=\s*)[\"']?(?:https?://schema.org/)?false\b"
    r"|isAccessibleForFree[\"']\s+content\s*=\s*[\"']?false\b"
)


def read(data: bytes, encoding: str | None = None, declared: str | None = None) -> Document:
    """Return the text of a page. `declared` is the encoding that the server named; it goes before the page's own."""
    stated = _CHARSET.search(data[:HEAD])
    decoded = decode(data, encoding, declared or (stated[1].decode("ascii") if stated else None))
    flow = seen(decoded.text)
    located = Located(data, decoded)
    remarks = [
        Remark("paywall", "the page says that it is not free to read", located(*m.span()))
        for m in _NOT_FREE.finditer(decoded.text)
    ]
    return Document(flow.text, *decoded[1:], source=InPage(flow, decoded, located), remarks=remarks)


def seen(source: str) -> Flow[None]:
    """Return what a reader sees of a page; what stands in `noscript` only where nothing else does."""
    _check_depth(source)
    flow = _flow(source, _UNSEEN | {"noscript"})
    # Pages that ask whether one is human have their text there.
    return flow if flow.text.strip() else _flow(source, _UNSEEN)


def _check_depth(source: str) -> None:
    if source.count("<") < DEEPEST:
        return
    depth: Counter[str] = Counter()
    for closing, name in re.findall(r"<(/?)([a-zA-Z][^\s/>]*)", source):
        depth[name] = max(0, depth[name] - 1) if closing else depth[name] + 1
        if depth[name] > DEEPEST and name.lower() not in _FLAT:
            raise Unreadable(f"more than {DEEPEST} elements in one another ({name})")


_FLAT = frozenset(
    (  # noqa: SIM905 - the same
        "a nobr area base br col embed hr img input link meta param source track wbr p li dt dd tr td th thead "
        "tbody tfoot option optgroup colgroup rp rt"
    ).split()
)
"""Elements that are empty, or end where the next one begins."""


def _flow(source: str, unseen: frozenset[str]) -> Flow[None]:
    """Return the shown text of a page in the order of its source, a line for each block."""
    page = LexborHTMLParser(source)
    # Few elements have these attributes, and to ask each of all for them takes longer than to parse the page.
    hidden = {
        styled.mem_id
        for styled in page.css("[hidden], [style]")
        if "hidden" in styled.attributes or _HIDDEN.search(styled.attributes.get("style") or "")
    }
    flow: Flow[None] = Flow()
    node: LexborNode | None = page.root
    above: list[LexborNode] = []
    kept = 0
    while node is not None:
        tag = node.tag or ""
        if tag == "-text":
            _add(flow, node.text_content or "", kept=kept > 0)
        elif tag == "-comment":
            _add_comment(flow, node.html or "")
        elif tag not in unseen and not (hidden and node.mem_id in hidden):
            if tag in _BLOCKS:
                flow.begin()
            child = node.child
            if child is not None:
                above.append(node)
                kept += tag in _KEPT
                node = child
                continue
            _end(flow, tag)
        following = node.next
        while following is None and above:
            node = above.pop()
            tag = node.tag or ""
            kept -= tag in _KEPT
            _end(flow, tag)
            following = node.next
        node = following
    return flow


def _end(flow: Flow[None], tag: str) -> None:
    if tag in _BLOCKS or tag == "br":
        flow.separate()
    elif tag in ("td", "th"):
        flow.separate("\t")


def _add_comment(flow: Flow[None], comment: str) -> None:
    """Add a comment that speaks to us (`suppression`), on a line of its own; no reader sees the others."""
    if comment.removeprefix("<!--").lstrip().startswith("redactscan:"):
        flow.begin()
        flow.add(" ".join(comment.split()), None)
        flow.separate()


def _add(flow: Flow[None], text: str, *, kept: bool) -> None:
    if kept:
        flow.add(text, None)
        return
    if text.isspace():
        flow.begin(" ")
        return
    words = _SPACE.sub(" ", text)
    if words[:1] == " ":
        flow.begin(" ")
    flow.add(words.strip(" "), None)
    if words[-1:] == " ":
        flow.begin(" ")


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

    def __init__(self, flow: Flow[None], decoded: Decoded, located: Located) -> None:
        self._flow = flow
        self._source = decoded.text
        self._located = located
        self._matched: list[tuple[int, int, int]] | None = None

    def __call__(self, start: int, end: int) -> Source | None:
        """Return the bytes that a range of the text was written as."""
        if self._matched is None:
            self._shown = _Squeezed.of(self._flow.text)
            self._raw = _raw(self._source)
            self._matched = list(self._match())
        first = self._place(self._shown.index(start))
        last = self._place(max(self._shown.index(start), self._shown.index(end) - 1))
        if first is None or last is None or last < first:
            return None
        return self._located(self._raw.begin(first), self._raw.end(last))

    def _match(self) -> Iterator[tuple[int, int, int]]:
        """Yield where texts that are shown stand in the source: begin and end among the shown, begin in the source."""
        at = 0
        for start, end in self._flow.ranges:
            low, high = self._shown.index(start), self._shown.index(end)
            text = self._shown.text[low:high]
            found = self._raw.text.find(text, at, None if len(text) >= LONG else at + NEAR) if text else -1
            if found >= 0:
                yield low, high, found
                at = found + len(text)

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
