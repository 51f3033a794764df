"""Patterns in the syntax of `regex`, read far enough to build a native prefilter from them.

`regex` alone says what a pattern means. This module turns a pattern into a byte expression for Hyperscan that matches
wherever the pattern does and perhaps elsewhere too (a superset), and into bounds on how far a match can reach. Both are
needed to look for the match again in a small window. What cannot be read or bounded is refused with `Inexpressible`;
such a pattern is run by `regex` over the whole text.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn

import regex

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

Ranges = tuple[tuple[int, int], ...]
"""Code points as sorted, disjoint, closed ranges."""

UNBOUNDED = 1 << 30
# Longer bodies make the window, and so the cost of a candidate, too large to be called small.
LONGEST = 2000
# A class that needs more byte sequences than this is widened to "these lead bytes, any continuation".
MOST_SEQUENCES = 16
# The same for a class that is context: it stands in the expression once, and precision there saves candidates.
MOST_CONTEXT_SEQUENCES = 512

# How many patterns one may be split into, and how many characters a class may have to count as a list of words: a
# larger one is a context, such as "any punctuation", and no word.
MOST_PARTS = 400
MOST_SPLIT_CHARACTERS = 30
MOST_OPTIONS = 8


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


@dataclass(frozen=True, slots=True)
class Native:
    """What the matcher needs to know of one pattern.

    `expressions`: byte expressions for Hyperscan, contexts consumed; where the pattern matches, one of them does.
    `reach`: most code points between the start of a match and the end of its last look-ahead.
    """

    expressions: tuple[str, ...]
    reach: int


# A line ends at "\n" alone, for `regex` as for us.
_ANCHORS = {
    ("^", False): Anchor(behind="^"),
    ("^", True): Anchor(behind=r"(?:^|\x0a)"),
    ("$", False): Anchor(ahead=r"(?:\x0a\z|\z)"),
    ("$", True): Anchor(ahead=r"(?:\x0a|\z)"),
    ("A", False): Anchor(behind="^"),
    ("Z", False): Anchor(ahead=r"\z"),
}


# --- reading -----------------------------------------------------------------------------------------------------


@functools.lru_cache(maxsize=1)
def _every_character() -> str:
    return "".join(map(chr, range(0x110000)))


@functools.lru_cache(maxsize=512)
def _members(source: str, flags: int) -> Ranges:
    """Return the code points that the one-character pattern `source` matches, as `regex` itself says."""
    runs = regex.compile(f"(?:{source})+", flags)
    return tuple((m.start(), m.end() - 1) for m in runs.finditer(_every_character()))


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
            return Set(_union(option.ranges for option in options if isinstance(option, Set)))
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
            return Set(_members(regex.escape(char), regex.IGNORECASE))
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
        found = regex.compile(
            r"\\(?:[pP]\{[^}]*\}|[pP]\w|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[dDwWsShHnrtfv]|[^\w])"
        ).match(self.source, self.at)
        if found:
            self.at = found.end()
            if len(found[0]) == 2 and not found[0][1].isalnum():
                return self.literal(found[0][1])
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


def _widths(node: Node) -> tuple[int, int]:
    """Least and most code points that `node` consumes."""
    match node:
        case Set():
            return 1, 1
        case Words(words):
            return min(map(len, words)), max(map(len, words))
        case Row(items):
            pairs = [_widths(item) for item in items]
            return sum(low for low, _ in pairs), min(UNBOUNDED, sum(high for _, high in pairs))
        case Choice(options):
            pairs = [_widths(option) for option in options]
            return min(low for low, _ in pairs), max(high for _, high in pairs)
        case Repeat(item, least, most):
            low, high = _widths(item)
            return low * least, min(UNBOUNDED, high * most)
    return 0, 0


def _reach(node: Node) -> int:  # noqa: PLR0911 - one for each type of node
    """Most code points from the start of `node` to the end of what it consumes or looks ahead to."""
    match node:
        case Row(items):
            before = furthest = 0
            for item in items:
                furthest = max(furthest, before + _reach(item))
                before += _widths(item)[1]
            return min(UNBOUNDED, max(furthest, before))
        case Choice(options):
            return max(_reach(option) for option in options)
        case Repeat(item, _, most):
            low_high = _widths(item)[1] * max(most - 1, 0) + _reach(item)
            return min(UNBOUNDED, low_high)
        case Look(item, behind=False):
            return _reach(item)
        case Look(item):
            return _ahead(item)
        case Anchor(ahead=ahead):
            return 1 if ahead else 0
    return _widths(node)[1]


def _ahead(node: Node) -> int:
    """Most code points that the look-aheads inside of a look-behind reach beyond its end."""
    match node:
        case Look(item, behind=False):
            return _reach(item)
        case Row(nodes) | Choice(nodes):
            return max(map(_ahead, nodes), default=0)
        case Repeat(item) | Look(item):
            return _ahead(item)
        case Anchor():
            return _reach(node)
    return 0


# --- writing bytes -----------------------------------------------------------------------------------------------


def _byte_class(low: int, high: int) -> str:
    return f"\\x{low:02x}" if low == high else f"[\\x{low:02x}-\\x{high:02x}]"


def _same_length(low: int, high: int) -> Iterable[tuple[int, int]]:
    """Split a range of code points where the length of their UTF-8 changes."""
    for top in (0x7F, 0x7FF, 0xFFFF, 0x10FFFF):
        if low <= top:
            yield low, min(high, top)
            low = top + 1
            if low > high:
                return


def _encoded(point: int) -> bytes:
    return chr(point).encode("utf-8", "surrogatepass")


def _sequences(low: bytes, high: bytes) -> list[list[tuple[int, int]]]:
    """Byte ranges whose product is all byte strings from `low` to `high`, both of one length."""
    if len(low) == 1:
        return [[(low[0], high[0])]]
    if low[0] == high[0]:
        return [[(low[0], low[0]), *rest] for rest in _sequences(low[1:], high[1:])]
    floor, roof = b"\x80" * (len(low) - 1), b"\xbf" * (len(low) - 1)
    out = []
    first, last = low[0], high[0]
    if low[1:] != floor:
        out += [[(first, first), *rest] for rest in _sequences(low[1:], roof)]
        first += 1
    tail = []
    if high[1:] != roof:
        tail = [[(last, last), *rest] for rest in _sequences(floor, high[1:])]
        last -= 1
    if first <= last:
        out.append([(first, last), *([(0x80, 0xBF)] * (len(low) - 1))])
    return out + tail


@functools.lru_cache(maxsize=1024)
def _set_bytes(ranges: Ranges, most: int = MOST_SEQUENCES) -> str:
    sequences: list[list[tuple[int, int]]] = []
    for low, high in ranges:
        for a, b in _same_length(low, high):
            sequences += _sequences(_encoded(a), _encoded(b))
    if len(sequences) > most:
        sequences = [s for s in sequences if len(s) == 1] + _widened([s for s in sequences if len(s) > 1])
    # Sequences that differ in their last byte only become one class.
    lasts: dict[str, str] = {}
    for *leading, last in sequences:
        prefix = "".join(_byte_class(*pair) for pair in leading)
        lasts[prefix] = lasts.get(prefix, "") + _byte_class(*last).strip("[]")
    parts = [f"{prefix}[{last}]" for prefix, last in lasts.items()]
    if not parts:
        raise Inexpressible("a character class that matches nothing")
    return parts[0] if len(parts) == 1 else f"(?:{'|'.join(parts)})"


def _widened(sequences: Sequence[list[tuple[int, int]]]) -> list[list[tuple[int, int]]]:
    """Keep the lead bytes, let every continuation byte through: larger, and few."""
    leads: dict[int, set[int]] = {}
    for s in sequences:
        leads.setdefault(len(s), set()).update(range(s[0][0], s[0][1] + 1))
    out = []
    for length, lead in sorted(leads.items()):
        for a, b in _runs(lead):
            out.append([(a, b), *([(0x80, 0xBF)] * (length - 1))])
    return out


def _runs(values: Iterable[int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for value in sorted(values):
        if runs and runs[-1][1] == value - 1:
            runs[-1] = (runs[-1][0], value)
        else:
            runs.append((value, value))
    return runs


def _any_byte_of(ranges: Ranges) -> str:
    """Return a class of every byte that occurs in the UTF-8 of the set, in whatever place."""
    used: set[int] = set()
    for low, high in ranges:
        for a, b in _same_length(low, high):
            for s in _sequences(_encoded(a), _encoded(b)):
                for x, y in s:
                    used.update(range(x, y + 1))
    return "[" + "".join(_byte_class(a, b).strip("[]") for a, b in _runs(used)) + "]"


def _words_bytes(words: Iterable[str]) -> str:
    """Return the words as a trie: an alternation of thousands of positions becomes one of hundreds."""
    trie: dict[int, dict] = {}  # type: ignore[type-arg]
    for word in words:
        node = trie
        for byte in word.encode("utf-8", "surrogatepass"):
            node = node.setdefault(byte, {})
        node[-1] = {}
    return _trie_bytes(trie)


def _trie_bytes(trie: dict) -> str:  # type: ignore[type-arg]
    leaves = [byte for byte, rest in trie.items() if byte >= 0 and set(rest) == {-1}]
    options = []
    if leaves:
        options.append(
            _byte_class(leaves[0], leaves[0])
            if len(leaves) == 1
            else "[" + "".join(f"\\x{byte:02x}" for byte in sorted(leaves)) + "]"
        )
    for byte, rest in trie.items():
        if byte >= 0 and byte not in leaves:
            options.append(f"\\x{byte:02x}{_trie_bytes(rest)}")
    if -1 in trie:
        options.append("")
    return options[0] if len(options) == 1 else f"(?:{'|'.join(options)})"


def _bytes(node: Node, *, first: bool, last: bool) -> str:  # noqa: PLR0911 - one for each type of node
    """Write `node` as a byte expression; contexts are consumed where it is the `first` or `last` of the pattern."""
    match node:
        case Set(ranges):
            return _set_bytes(ranges)
        case Words(words):
            return _words_bytes(words)
        case Choice(options):
            return "(?:" + "|".join(_bytes(option, first=first, last=last) for option in options) + ")"
        case Repeat(item, least, most):
            return _repeat_bytes(item, least, most)
        case Row(items):
            return _sequence_bytes(items, first=first, last=last)
        case Look(behind=behind):
            return _context_bytes([node], behind=behind) if (first if behind else last) else ""
        case Anchor(behind, ahead):
            return (behind if first else "") + (ahead if last else "")
    raise AssertionError(node)


def _repeat_bytes(item: Node, least: int, most: int) -> str:
    if most == UNBOUNDED:
        raise Inexpressible("an unbounded repeat")
    if isinstance(item, Set) and most > 3 and item.ranges[-1][1] > 0x7F:
        # A class of many-byte characters, often repeated, is cheap only as bytes of no particular order.
        shortest = len(_encoded(item.ranges[0][0]))
        longest = len(_encoded(item.ranges[-1][1]))
        return f"{_any_byte_of(item.ranges)}{{{least * shortest},{most * longest}}}"
    inner = _bytes(item, first=False, last=False)
    return f"(?:{inner}){{{least},{most}}}" if inner else ""


def _sequence_bytes(items: Sequence[Node], *, first: bool, last: bool) -> str:
    items = _needed(items, first=first, last=last)
    body = [i for i, item in enumerate(items) if _widths(item)[1]]
    before, after = (items[: body[0]], items[body[-1] + 1 :]) if body else (items, items)
    head = _context_bytes(before, behind=True) if first else ""
    tail = _context_bytes(after, behind=False) if last else ""
    # An edge is consumed once: where this level has a context, the look-arounds further in are dropped.
    middle = [
        _bytes(items[i], first=first and not head and i == body[0], last=last and not tail and i == body[-1])
        for i in body
    ]
    return head + "".join(middle) + tail


def _needed(items: Sequence[Node], *, first: bool, last: bool) -> Sequence[Node]:
    """Return `items` without what may be absent at an edge of the pattern, and the contexts beyond it.

    Where the rest matches, the pattern may: "(note:)? cut here" is looked for as "cut here".
    """
    needed = [i for i, item in enumerate(items) if _widths(item)[0]]
    if not needed:
        return items
    low, high = needed[0], needed[-1] + 1
    optional = [bool(_widths(item)[1]) for item in items]
    return items[low if first and any(optional[:low]) else 0 : high if last and any(optional[high:]) else len(items)]


def _context_bytes(items: Sequence[Node], *, behind: bool) -> str:
    """Write the most selective of the tests at an edge as consumed context; drop the others."""
    anchors = [item.behind if behind else item.ahead for item in items if isinstance(item, Anchor)]
    if any(anchors):
        return max(anchors)
    looks = [item for item in items if isinstance(item, Look) and item.behind == behind]
    positive = [look.item for look in looks if not look.negative and 0 < _widths(look.item)[1] < UNBOUNDED]
    excluded = [look.item.ranges for look in looks if look.negative and isinstance(look.item, Set)]
    if positive:
        best = max(positive, key=lambda item: (_widths(item)[0], -_widths(item)[1]))
        if isinstance(best, Set) and excluded:
            return _set_bytes(_without(best.ranges, _union(excluded)), MOST_CONTEXT_SEQUENCES)
        return _bytes(best, first=behind, last=not behind)
    if not excluded:
        return ""
    others = _set_bytes(_without(((0, 0x10FFFF),), _union(excluded)), MOST_CONTEXT_SEQUENCES)
    return f"(?:^|{others})" if behind else f"(?:{others}|\\z)"


def _union(sets: Iterable[Ranges]) -> Ranges:
    out: list[tuple[int, int]] = []
    for low, high in sorted(pair for ranges in sets for pair in ranges):
        if out and low <= out[-1][1] + 1:
            out[-1] = (out[-1][0], max(high, out[-1][1]))
        else:
            out.append((low, high))
    return tuple(out)


def _without(ranges: Ranges, excluded: Ranges) -> Ranges:
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


def native(
    source: str, lists: Mapping[str, Iterable[str]] | None = None, excused: Collection[str] = frozenset()
) -> Native:
    """Return the native form of a pattern; matches that share a character with a word of `excused` may be left out.

    Raises `Inexpressible` when the pattern has none: it uses what only `regex` knows, can match nothing at all, or has
    no bound on its length.
    """
    tree = read(source, lists)
    most = _reach(tree)
    if most > LONGEST:
        raise Inexpressible(f"a match may reach over more than {LONGEST} characters")
    expressions = tuple(_bytes(part, first=True, last=True) for part in _parts(tree, excused))
    if any(compiled(expression).match(b"") for expression in expressions):
        raise Inexpressible("nothing in it must be there")
    return Native(expressions, most)


# --- splitting ---------------------------------------------------------------------------------------------------


def _parts(tree: Node, excused: Collection[str]) -> list[Node]:
    """Split a pattern at its last list of words into one pattern a word, which together match the same.

    Hyperscan looks for literals first: "one of these verbs, then this measure word" runs at some GB/s, "one of these
    verbs, then one of those measure words" at a fifth of that.
    """
    if isinstance(tree, Choice):
        return [part for option in tree.options for part in _parts(option, excused)]
    items = tree.items if isinstance(tree, Row) else (tree,)
    for i, item in enumerate(items):
        signs = _literals(item.item) if isinstance(item, Repeat) and item.least == 1 else None
        if signs is not None and not any(sign.isalnum() and len(sign) > 1 for sign in signs):
            # A run of signs ends with one of them. They are rare: what stands before rules out next to nothing.
            return [Row((Words((sign,)), *items[i + 1 :])) for sign in signs]
    for i in reversed(range(len(items))):
        item = items[i]
        words = _literals(item)
        if words is not None and 1 < len(words) <= MOST_PARTS:
            return [Row((*items[:i], *_part(item, word, excused), *items[i + 1 :])) for word in words]
        if isinstance(item, Choice) and len(item.options) <= MOST_OPTIONS:
            rows = [Row((*items[:i], *_flat(option), *items[i + 1 :])) for option in item.options]
            return [part for row in rows for part in _parts(row, excused)]
    return [tree]


def _flat(node: Node) -> tuple[Node, ...]:
    return node.items if isinstance(node, Row) else (node,)


def _part(node: Node, word: str, excused: Collection[str]) -> tuple[Node, ...]:
    """Return `node` as one of its words, kept out of the longer words that would excuse it: 名, but not in 名牌."""
    if isinstance(node, Look):
        return (Look(Words((word,)), node.behind, node.negative),)
    longer = [other for other in excused if len(other) == len(word) + 1]
    before = sorted({ord(other[0]) for other in longer if other.endswith(word)})
    after = sorted({ord(other[-1]) for other in longer if other.startswith(word)})
    looks = [
        Look(Set(tuple((point, point) for point in points)), behind=behind, negative=True)
        for points, behind in ((before, True), (after, False))
    ]
    return (*(look for look in looks[:1] if before), Words((word,)), *(look for look in looks[1:] if after))


def _literals(node: Node) -> tuple[str, ...] | None:
    """Return the words that `node` stands for, or None where they are no short list of words."""
    match node:
        case Words(words):
            return words
        case Set(ranges) if sum(high - low + 1 for low, high in ranges) <= MOST_SPLIT_CHARACTERS:
            return tuple(chr(point) for low, high in ranges for point in range(low, high + 1))
        case Choice(options):
            parts = [_literals(option) for option in options]
            return None if None in parts else tuple(dict.fromkeys(word for part in parts if part for word in part))
        case Row(items):
            return _row_literals(items)
        case Look(item, negative=False):
            return _literals(item)
    return None


def _row_literals(items: Sequence[Node]) -> tuple[str, ...] | None:
    out: tuple[str, ...] = ("",)
    for item in items:
        words = _literals(item)
        if words is None or isinstance(item, Look) or len(out) * len(words) > MOST_PARTS:
            return None
        out = tuple(word + more for word in out for more in words)
    return out if out != ("",) else None


def reach(source: str, lists: Mapping[str, Iterable[str]]) -> int | None:
    """Return how many code points a match and what it looks ahead to can have, or None where that cannot be told."""
    try:
        most = _reach(read(source, lists))
    except Inexpressible:
        return None
    return most if most < UNBOUNDED else None


def compiled(expression: str) -> re.Pattern[bytes]:
    """Return a native expression as a pattern of the standard library, which knows the same syntax."""
    return re.compile(expression.replace(r"\z", r"\Z").encode("ascii"))
