"""Patterns in the syntax of `regex`, read into a tree, and how far their matches reach.

`regex` alone says what a pattern means. The tree is what `native` writes byte expressions from; the reach of a match is
needed to look for it again in a small window. What cannot be read is refused with `Inexpressible`.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn

import regex

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Ranges = tuple[tuple[int, int], ...]
"""Code points as sorted, disjoint, closed ranges."""

UNBOUNDED = 1 << 30


class Inexpressible(Exception):  # noqa: N818 - nothing is wrong with it
    """The pattern is valid for `regex` and has no native form; the message says why."""


@dataclass(frozen=True, slots=True)
class Set:
    """One code point out of `ranges`."""

    ranges: Ranges


@dataclass(frozen=True, slots=True)
class Row:
    """`items`, one after the other."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of `options`."""

    options: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """One of the literal strings of a named list."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """`item`, from `least` to `most` times."""

    item: Node
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Look:
    """A look-around: consumes nothing."""

    item: Node
    behind: bool
    negative: bool


@dataclass(frozen=True, slots=True)
class Anchor:
    """A test of the position: consumes nothing.

    `behind` and `ahead` are what it asks of the bytes before and after it, as far as it can be consumed.
    """

    behind: str = ""
    ahead: str = ""


Node = Set | Row | Choice | Words | Repeat | Look | Anchor


# A line ends at "\n" alone, for `regex` as for us.
_ANCHORS = {
    ("^", False): Anchor(behind="^"),
    ("^", True): Anchor(behind=r"(?:^|\x0a)"),
    ("$", False): Anchor(ahead=r"(?:\x0a\z|\z)"),
    ("$", True): Anchor(ahead=r"(?:\x0a|\z)"),
    ("A", False): Anchor(behind="^"),
    ("Z", False): Anchor(ahead=r"\z"),
}


# --- sets of code points -----------------------------------------------------------------------------------------


def union(sets: Iterable[Ranges]) -> Ranges:
    """Return the code points that are in any of the sets."""
    out: list[tuple[int, int]] = []
    for low, high in sorted(pair for ranges in sets for pair in ranges):
        if out and low <= out[-1][1] + 1:
            out[-1] = (out[-1][0], max(high, out[-1][1]))
        else:
            out.append((low, high))
    return tuple(out)


def without(ranges: Ranges, excluded: Ranges) -> Ranges:
    """Return the code points of `ranges` that are not in `excluded`."""
    out = []
    for first, last in ranges:
        low = first
        for a, b in excluded:
            if a > last:
                break
            if b >= low:
                if a > low:
                    out.append((low, a - 1))
                low = max(low, b + 1)
        if low <= last:
            out.append((low, last))
    return tuple(out)


# --- reading -----------------------------------------------------------------------------------------------------


@functools.lru_cache(maxsize=1)
def _every_character() -> str:
    return "".join(map(chr, range(0x110000)))


_CODE = r"\\(?:[pP]\{[^}]*\}|[pP]\w|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[dDwWsShHnrtfv]|[^\w])"
_PIECE = regex.compile(rf"(?:(?P<code>{_CODE})|(?P<low>[^\\\[])(?:-(?P<high>[^\\\[\]]))?)(?!-.)", regex.DOTALL)


@functools.lru_cache(maxsize=1)
def _cased_characters() -> str:
    """Return the characters that are written large and small, which are all that a test may take for another."""
    return "".join(regex.findall(r"[\p{Cased}\p{CWCM}]", _every_character()))


@functools.cache
def _members(source: str, flags: int) -> Ranges:
    """Return the code points that the one-character pattern `source` matches, as `regex` itself says."""
    inner = source[1:-1].removeprefix("^") if source.startswith("[") else ""
    pieces = list(_PIECE.finditer(inner))
    if flags not in (0, regex.IGNORECASE) or "".join(piece[0] for piece in pieces) != inner or not inner:
        runs = regex.compile(f"(?:{source})+", flags)
        return tuple((m.start(), m.end() - 1) for m in runs.finditer(_every_character()))
    # Every character is asked about only for what stands in a class as a code: it takes a hundredth of a second.
    ranges = union(_piece_members(piece, flags) for piece in pieces)
    return without(((0, 0x10FFFF),), ranges) if source[1] == "^" else ranges


def _piece_members(piece: regex.Match[str], flags: int) -> Ranges:
    low, high = piece["low"], piece["high"]
    if low is None:
        return _members(piece[0], flags)
    ranges = ((ord(low), ord(high or low)),)
    if not flags:
        return ranges
    same = regex.compile(f"[{regex.escape(low)}-{regex.escape(high or low)}]", flags).findall(_cased_characters())
    return union([ranges, *(((ord(char), ord(char)),) for char in same)])


@dataclass(slots=True)
class _Reader:
    """Recursive descent over the part of the `regex` syntax that rules use."""

    source: str
    lists: Mapping[str, Iterable[str]]
    at: int = 0
    flags: int = regex.VERSION0
    stack: list[int] = field(default_factory=list)

    def fail(self, why: str) -> NoReturn:
        raise Inexpressible(f"{why} at offset {self.at}")

    def peek(self, width: int = 1) -> str:
        return self.source[self.at : self.at + width]

    def take(self, text: str) -> bool:
        if self.source.startswith(text, self.at):
            self.at += len(text)
            return True
        return False

    def skip_free_space(self) -> None:
        while self.flags & regex.VERBOSE and self.at < len(self.source):
            if self.source[self.at].isspace():
                self.at += 1
            elif self.source[self.at] == "#":
                end = self.source.find("\n", self.at)
                self.at = len(self.source) if end < 0 else end
            else:
                return

    def choice(self) -> Node:
        options = [self.sequence()]
        while self.take("|"):
            options.append(self.sequence())
        if len(options) == 1:
            return options[0]
        if all(isinstance(option, Set) for option in options):
            return Set(union(option.ranges for option in options if isinstance(option, Set)))
        return Choice(tuple(options))

    def sequence(self) -> Node:
        items: list[Node] = []
        while True:
            self.skip_free_space()
            if self.at >= len(self.source) or self.peek() in "|)":
                return items[0] if len(items) == 1 else Row(tuple(items))
            item = self.item()
            if item is not None:
                items.append(self.quantified(item))
            elif self.peek() in ("?", "*", "+", "{"):
                self.fail("a quantifier after a comment has no native form")

    def quantified(self, item: Node) -> Node:
        self.skip_free_space()
        least, most = 1, 1
        if self.take("*"):
            least, most = 0, UNBOUNDED
        elif self.take("+"):
            least, most = 1, UNBOUNDED
        elif self.take("?"):
            least, most = 0, 1
        elif found := regex.compile(r"\{(\d*)(,?)(\d*)\}").match(self.source, self.at):
            low, comma, high = found.groups()
            if low or high:
                self.at = found.end()
                least = int(low or 0)
                most = int(high) if high else UNBOUNDED if comma else least
        if (least, most) != (1, 1):
            self.take("?") or self.take("+")
            self.skip_free_space()
            item = Repeat(item, least, most)
        if self.peek() in ("?", "*", "+", "{"):
            approximate = regex.compile(r"\{[^}]*[a-z<>=][^}]*\}").match(self.source, self.at)
            self.fail(f"{'approximate matching' if approximate else repr(self.peek())} has no native form")
        return item

    def item(self) -> Node | None:
        char = self.peek()
        if char == "(":
            return self.group()
        if char == "[":
            return self.character_class()
        if char == "\\":
            return self.escape()
        self.at += 1
        if char == ".":
            return Set(_members(".", self.flags & (regex.DOTALL | regex.VERSION0)))
        if char in "^$":
            return _ANCHORS[char, bool(self.flags & regex.MULTILINE)]
        return self.literal(char)

    def literal(self, char: str) -> Node:
        if self.flags & regex.IGNORECASE:
            return Set(_members(f"[{regex.escape(char)}]", regex.IGNORECASE))
        return Set(((ord(char), ord(char)),))

    def character_class(self) -> Node:
        end = self.at + 1
        if self.source[end : end + 1] == "^":
            end += 1
        if self.source[end : end + 1] == "]":
            end += 1
        while end < len(self.source) and self.source[end] != "]":
            named = regex.compile(r"\[:\^?\w+:\]").match(self.source, end)
            end = named.end() if named else end + (2 if self.source[end] == "\\" else 1)
        source = self.source[self.at : end + 1]
        self.at = end + 1
        return Set(_members(source, self.flags & regex.IGNORECASE))

    def escape(self) -> Node:
        if self.take(r"\L<"):
            end = self.source.index(">", self.at)
            name = self.source[self.at : end]
            self.at = end + 1
            if self.flags & regex.IGNORECASE:
                self.fail("a word list that ignores case has no native form")
            words = tuple(self.lists[name])
            if all(len(word) == 1 for word in words):
                return Set(tuple((ord(word), ord(word)) for word in sorted(words)))
            return Words(words)
        found = regex.compile(_CODE).match(self.source, self.at)
        if found:
            self.at = found.end()
            sign = found[0][1:]
            if len(sign) == 1 and not sign.isalnum():
                return self.literal(sign)
            return Set(_members(found[0], self.flags & regex.IGNORECASE))
        if self.source[self.at + 1 : self.at + 2] in ("b", "B", "A", "Z"):
            self.at += 2
            return _ANCHORS.get((self.source[self.at - 1], False), Anchor())
        return self.fail(f"{self.peek(2)!r} has no native form")

    def group(self) -> Node | None:
        before = self.flags
        look: tuple[bool, bool] | None = None
        for text, behind, negative in (
            ("(?<=", True, False),
            ("(?<!", True, True),
            ("(?=", False, False),
            ("(?!", False, True),
        ):
            if self.take(text):
                look = (behind, negative)
                break
        else:
            if flags := regex.compile(r"\(\?([imsx]+)([:)])").match(self.source, self.at):
                if flags[2] == ")" and self.at > 0:
                    self.fail("flags for the whole pattern belong at its start")
                self.at = flags.end()
                for letter in flags[1]:
                    self.flags |= getattr(regex, letter.upper())
                if flags[2] == ")":
                    return None
            elif comment := regex.compile(r"\(\?#[^)]*\)").match(self.source, self.at):
                self.at = comment.end()
                return None
            elif plain := regex.compile(r"\(\?(?:P?<[A-Za-z_]\w*>|[:>])|\((?![?*])").match(self.source, self.at):
                self.at = plain.end()
            else:
                self.fail(f"{self.peek(4)!r} has no native form")
        inner = self.choice()
        if not self.take(")"):
            self.fail("a group is not closed")
        self.flags = before
        return Look(inner, *look) if look else inner


def read(source: str, lists: Mapping[str, Iterable[str]] | None = None) -> Node:
    """Return the tree of the pattern `source`; raise `Inexpressible` for what has no native form."""
    reader = _Reader(source, lists or {})
    tree = reader.choice()
    if reader.at < len(source):
        reader.fail(f"{reader.peek()!r} is not expected")
    return tree


# --- bounds ------------------------------------------------------------------------------------------------------


def widths(node: Node) -> tuple[int, int]:
    """Return the least and most code points that `node` consumes."""
    match node:
        case Set():
            return 1, 1
        case Words(words):
            return min(map(len, words)), max(map(len, words))
        case Row(items):
            pairs = [widths(item) for item in items]
            return sum(low for low, _ in pairs), min(UNBOUNDED, sum(high for _, high in pairs))
        case Choice(options):
            pairs = [widths(option) for option in options]
            return min(low for low, _ in pairs), max(high for _, high in pairs)
        case Repeat(item, least, most):
            low, high = widths(item)
            return low * least, min(UNBOUNDED, high * most)
    return 0, 0


def extent(node: Node) -> int:  # noqa: PLR0911 - one for each type of node
    """Return the most code points from the start of `node` to the end of what it consumes or looks ahead to."""
    match node:
        case Row(items):
            before = furthest = 0
            for item in items:
                furthest = max(furthest, before + extent(item))
                before += widths(item)[1]
            return min(UNBOUNDED, max(furthest, before))
        case Choice(options):
            return max(extent(option) for option in options)
        case Repeat(item, _, most):
            low_high = widths(item)[1] * max(most - 1, 0) + extent(item)
            return min(UNBOUNDED, low_high)
        case Look(item, behind=False):
            return extent(item)
        case Look(item):
            return _ahead(item)
        case Anchor(ahead=ahead):
            return 1 if ahead else 0
    return widths(node)[1]


def _ahead(node: Node) -> int:
    """Return the most code points that the look-aheads inside of a look-behind reach beyond its end."""
    match node:
        case Look(item, behind=False):
            return extent(item)
        case Row(nodes) | Choice(nodes):
            return max(map(_ahead, nodes), default=0)
        case Repeat(item) | Look(item):
            return _ahead(item)
        case Anchor():
            return extent(node)
    return 0


def reach(source: str, lists: Mapping[str, Iterable[str]]) -> int | None:
    """Return how many code points a match and what it looks ahead to can have, or None where that cannot be told."""
    try:
        most = extent(read(source, lists))
    except Inexpressible:
        return None
    return most if most < UNBOUNDED else None
