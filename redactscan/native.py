"""Patterns as byte expressions for Hyperscan: where a pattern matches, its native form does, and perhaps elsewhere.

A superset is enough, since `regex` confirms each candidate in a small window. Look-arounds at the edges are consumed as
context, so that a frequent character is no candidate on its own. What cannot be written or bounded is refused with
`Inexpressible`; such a pattern is run by `regex` over the whole text.
"""

from __future__ import annotations

import functools
import math
import re
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from redactscan.pattern import (
    UNBOUNDED,
    Anchor,
    Choice,
    Inexpressible,
    Look,
    Node,
    Ranges,
    Repeat,
    Row,
    Set,
    Words,
    extent,
    read,
    union,
    widths,
    without,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

# Longer bodies make the window, and so the cost of a candidate, too large to be called small.
LONGEST = 2000
# A class that needs more byte sequences than this is widened to "these lead bytes, any continuation".
MOST_SEQUENCES = 16
# The same for a class that is context: it stands in the expression once, and precision there saves candidates.
MOST_CONTEXT_SEQUENCES = 512
# How many patterns one may be split into, and how many characters a class may have to count as a list of words: a
# larger one is a context, such as "any punctuation", and no word.
MOST_PARTS = 800
MOST_SPLIT_CHARACTERS = 30
MOST_OPTIONS = 8
# How many choices of a pattern may be taken apart, one inside what another leaves.
MOST_CHOICES = 3
# Characters that may stand, or not, between a context and what must be there.
MOST_BETWEEN = 3
# Bytes of a literal that is rare enough to be looked for first.
LITERAL_BYTES = 6
# Characters before such a word beyond which all that stands before it is left to `regex`: a native pass would follow
# each beginning of it, and meet the word seldom.
LONGEST_CONTEXT = 60
# Characters of an alternation that is written out, as a part of a pattern: the library refuses those of over 16,000.
LONGEST_PLAIN = 6_000
# Words that stand at so few places of prose that what is ruled out before them saves nothing.
RARE, RARE_SIGNS = 0.002, 0.0001

# The share of the places in prose at which a word of one character begins, of two, and so on: orders of magnitude, of
# the words that rules name, counted over news, laws and manuals.
_HAN = (0.001, 0.0003, 0.0001)
_HANGUL = (0.005, 0.0006, 0.0001)
_LETTERS = (0.05, 0.01, 0.003, 0.001, 0.00005)
_CAPITALS = (0.001, 0.0002, 0.0001)
_SELDOM = frozenset("xqzjXQZJ")
_MARKS = frozenset("。，、；：,.;:!?！？()（）“”‘’\"'-—%％/　 \n\t\r\v\f《》")
_BRACKETS = frozenset("[]{}<>")
_MARK, _BRACKET, _SIGN = 0.01, 0.001, 0.00001


@dataclass(frozen=True, slots=True)
class Native:
    """What the matcher needs to know of one pattern.

    `expressions`: byte expressions for Hyperscan, contexts consumed; where the pattern matches, one of them does.
    `least`: fewest code points of a match. `reach`: most code points between its start and the end of its last
    look-ahead.
    """

    expressions: tuple[str, ...]
    least: int
    reach: int


def native(
    source: str,
    lists: Mapping[str, Iterable[str]] | None = None,
    excused: Collection[str] = frozenset(),
    *,
    dense: bool = False,
) -> Native:
    """Return the native form of a pattern; matches that share a character with a word of `excused` may be left out.

    `dense`: it matches so often that splitting it would make the database larger and nothing faster.
    Raises `Inexpressible` when the pattern has none: it uses what only `regex` knows, can match nothing at all, or has
    no bound on its length.
    """
    tree = read(source, lists)
    most = extent(tree)
    if most > LONGEST:
        raise Inexpressible(f"a match may reach over more than {LONGEST} characters")
    parts = [tree] if dense else _rarest(tree, excused).parts
    if len(parts) > MOST_PARTS:
        # Too many for the library to compile in a moment; but one alone may be too long for it.
        parts = list(tree.options) if isinstance(tree, Choice) else [tree]
    parts = [_led(part) for part in parts]
    expressions = tuple(_bytes(part, first=True, last=True) for part in parts)
    for part, expression in zip(parts, expressions, strict=True):
        # What consumes a character is not empty; what only looks around may be, where its contexts are dropped.
        if not widths(part)[0] and compiled(expression).match(b""):
            raise Inexpressible("nothing in it must be there")
    return Native(expressions, min(widths(node)[0] for node in (tree, *parts)), most)


def _led(part: Node) -> Node:
    """Return a part that begins with a rare sign of one byte so that Hyperscan looks for the sign.

    It looks for the longest strings, which are the words behind it, and prose is full of them. Each of them with the
    sign is longer still; where a run of letters may stand between, one more character is all that is asked for.
    """
    items = _needed(_flat(part), first=True, last=True)
    at, behind, *_ = [*(i for i, item in enumerate(items) if widths(item)[1]), None, None]
    if at is None or behind is None or not _is_short_and_rare(items[at]):
        return part
    (sign,), follower = _literals(items[at]) or ("",), items[behind]
    words = _literals(follower)
    if words:
        led = tuple(sign + word for word in words)
        return part if len(_plain(led)) > LONGEST_PLAIN else Row((*items[:at], Words(led), *items[behind + 1 :]))
    following, optional = _beginnings(items[behind:])
    if not at and not optional and isinstance(follower, Repeat) and _literals(follower.item) is None:
        return Row((*items[:behind], Look(Set(following), behind=False, negative=False)))
    return part


def _is_short_and_rare(node: Node) -> bool:
    words = _literals(node) or ()
    return len(words) == 1 and len(_written(words[0])) == 1 and _frequency(words[0]) <= RARE


def _beginnings(items: Iterable[Node]) -> tuple[Ranges, bool]:
    """Return the characters with which what matches `items` may begin, and whether that may be empty."""
    found: list[Ranges] = []
    for item in items:
        ranges, optional = _beginning(item)
        found.append(ranges)
        if not optional:
            return union(found), False
    return union(found), True


def _beginning(node: Node) -> tuple[Ranges, bool]:
    match node:
        case Set(ranges):
            return ranges, False
        case Words(words):
            return union(((ord(word[0]), ord(word[0])),) for word in words if word), "" in words
        case Choice(options):
            each = [_beginning(option) for option in options]
            return union(ranges for ranges, _ in each), any(optional for _, optional in each)
        case Repeat(item, least):
            ranges, optional = _beginning(item)
            return ranges, optional or not least
        case Row(items):
            return _beginnings(items)
    return (), True  # what only looks around


# --- splitting ---------------------------------------------------------------------------------------------------


class _Split(NamedTuple):
    """A pattern as `parts` that together match the same, and the share of the places in prose where one may."""

    frequency: float
    parts: list[Node]


def _rarest(tree: Node, excused: Collection[str], depth: int = MOST_CHOICES) -> _Split:
    """Split a pattern at the list of words that is seldom seen in prose, into one pattern a word.

    Hyperscan looks for literals first, and for the rest of an expression only where it has met one: "this label, then
    one of those marks" costs nothing, "one of those labels, then this mark" stops at every mark.
    """
    if isinstance(tree, Choice):
        splits = [_rarest(option, excused, depth) for option in tree.options]
        return _Split(sum(split.frequency for split in splits), [part for split in splits for part in split.parts])
    items = _flat(tree)
    if _has_literal(items):
        return _Split(_HAN[1], [tree])
    best = _Split(math.inf, [tree])
    for split in _splits(items, excused):
        best = min(best, split, key=itemgetter(0))
    if depth:
        for i, item in enumerate(items):
            if isinstance(item, Choice) and len(item.options) <= MOST_OPTIONS:
                rows = Choice(tuple(Row((*items[:i], *_flat(option), *items[i + 1 :])) for option in item.options))
                best = min(best, _rarest(rows, excused, depth - 1), key=itemgetter(0))
    return best


def _splits(items: Sequence[Node], excused: Collection[str]) -> Iterator[_Split]:
    """Yield what becomes of a row of items when it is split at each list of words in it."""
    for i, item in enumerate(items):
        signs = _literals(item.item) if isinstance(item, Repeat) and item.least else None
        if isinstance(item, Repeat) and signs and (item.least > 1 or not all(sign.isalnum() for sign in signs)):
            # A run of signs ends with one of them. Of those that are rare, all before it rules out next to nothing.
            rare = sum(map(_frequency, signs)) <= RARE_SIGNS
            before, most = ((), item.least) if rare else (items[:i], item.most)
            run = Repeat(item.item, item.least - 1, most - 1)
            yield _split(before, [(run, Words((sign,))) for sign in signs], items[i + 1 :], signs)
    for i, item in enumerate(items):
        before, after = items[:i], items[i + 1 :]
        words = _literals(item)
        if words:
            yield _split(before, [_part(item, word, excused) for word in words], after, words)
        if isinstance(item, Look) and not item.negative:
            row = _flat(item.item)
            for j, inner in enumerate(row):
                words = _literals(inner) if len(row) > 1 and not isinstance(inner, Look) else None
                if words:
                    looks = [Row((*row[:j], Words((word,)), *row[j + 1 :])) for word in words]
                    yield _split(before, [(Look(look, item.behind, negative=False),) for look in looks], after, words)


def _split(
    before: Sequence[Node], middles: Iterable[Sequence[Node]], after: Sequence[Node], words: Iterable[str]
) -> _Split:
    """Return the rows, in each of whose middles stands one of `words`; without what rules out next to nothing."""
    frequency = sum(map(_frequency, words))
    while frequency <= RARE and extent(Row(tuple(before))) > LONGEST_CONTEXT:
        before = before[1:]
    rows: Iterable[Sequence[Node]] = ((*before, *middle, *after) for middle in middles)
    if frequency <= RARE:
        rows = map(_ending, rows)
    return _Split(frequency, [Row(tuple(row)) for row in rows])


def _ending(items: Sequence[Node]) -> Sequence[Node]:
    """Return items without negative tests before, and of a run at their beginning only what must be there."""
    items = [item for item in items if not (isinstance(item, Look) and item.negative and item.behind)]
    first = next((i for i, item in enumerate(items) if widths(item)[0]), 0)
    run = items[first] if items else None
    if isinstance(run, Repeat):
        return [Repeat(run.item, run.least, run.least), *items[first + 1 :]]
    return items


@functools.cache
def _frequency(word: str) -> float:
    """Return the share of the places in a text of its language at which a word begins, roughly."""
    if word.isalnum() and (word.isdecimal() or any(map(str.isalpha, word))):  # ① is a sign
        if word.isupper() or _SELDOM.intersection(word):
            shares: tuple[float, ...] = _CAPITALS
        elif min(word) < "\u2e80":
            shares = _LETTERS
        else:
            shares = _HANGUL if max(word) >= "\uac00" else _HAN
        return shares[min(len(word), len(shares)) - 1]
    if len(word) == 1:
        return _MARK if word in _MARKS else _BRACKET if word in _BRACKETS else _SIGN
    return min(_MARK**2, *map(_frequency, word))


def _has_literal(items: Sequence[Node]) -> bool:
    """Say whether so many single characters stand side by side that Hyperscan can look for them first."""
    run = 0
    for item in items:
        single = isinstance(item, Set) and item.ranges[0][0] == item.ranges[-1][1]
        run = run + len(_encoded(item.ranges[0][0])) if single and isinstance(item, Set) else 0
        if run >= LITERAL_BYTES:
            return True
    return False


def _flat(node: Node) -> tuple[Node, ...]:
    return tuple(inner for item in node.items for inner in _flat(item)) if isinstance(node, Row) else (node,)


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
    """Return the words that `node` stands for, or None where they are no list of words, or one of them is empty."""
    words = _spelled(node)
    return None if words is None or "" in words or len(words) > MOST_PARTS else words


def _spelled(node: Node) -> tuple[str, ...] | None:  # noqa: PLR0911 - one for each type of node
    """Return all strings that `node` matches, or None where they are too many to be written out."""
    match node:
        case Words(words):
            return words
        case Set(ranges) if sum(high - low + 1 for low, high in ranges) <= MOST_SPLIT_CHARACTERS:
            return tuple(chr(point) for low, high in ranges for point in range(low, high + 1))
        case Choice(options):
            parts = [_spelled(option) for option in options]
            return None if None in parts else tuple(dict.fromkeys(word for part in parts if part for word in part))
        case Repeat(item, 0, 1):
            some = _spelled(item)
            return None if some is None else ("", *some)
        case Row(items):
            return _row_spelled(items)
        case Look(item, negative=False):
            return _spelled(item)
    return None


def _row_spelled(items: Sequence[Node]) -> tuple[str, ...] | None:
    out: tuple[str, ...] = ("",)
    for item in items:
        words = _spelled(item)
        if words is None or isinstance(item, Look) or len(out) * len(words) > MOST_PARTS:
            return None
        out = tuple(word + more for word in out for more in words)
    return out


def compiled(expression: str) -> re.Pattern[bytes]:
    """Return a native expression as a pattern of the standard library, which knows the same syntax."""
    return re.compile(expression.replace(r"\z", r"\Z").encode("ascii"))


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


def _written(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _encoded(point: int) -> bytes:
    return _written(chr(point))


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
def _set_bytes(ranges: Ranges) -> str:
    sequences = _set_sequences(ranges)
    if len(sequences) > MOST_SEQUENCES:
        sequences = [s for s in sequences if len(s) == 1] + _widened([s for s in sequences if len(s) > 1])
    return _joined(sequences)


@functools.lru_cache(maxsize=1024)
def _neighbour_bytes(ranges: Ranges, *, behind: bool) -> str:
    """Write a set that is context; one of very many sequences by the byte alone that is next to the match."""
    sequences = _set_sequences(ranges)
    if len(sequences) > MOST_CONTEXT_SEQUENCES:
        nearest = {byte for s in sequences for low, high in [s[-1 if behind else 0]] for byte in range(low, high + 1)}
        sequences = [[pair] for pair in _runs(nearest)]
    return _joined(sequences)


def _set_sequences(ranges: Ranges) -> list[list[tuple[int, int]]]:
    parts = [part for low, high in ranges for part in _same_length(low, high)]
    return [sequence for low, high in parts for sequence in _sequences(_encoded(low), _encoded(high))]


def _joined(sequences: Iterable[list[tuple[int, int]]]) -> str:
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
    """Return the words as a trie: an alternation of thousands of positions becomes one of hundreds.

    Those that all begin with one sign of a byte are written out, see `_led`.
    """
    words = list(words)
    if len({word[:1] for word in words}) == 1 < len(words) and len(_written(words[0][:1])) == 1:
        plain = _plain(words)
        if len(plain) <= LONGEST_PLAIN:
            return f"(?:{plain})"
    trie: dict[int, dict] = {}  # type: ignore[type-arg]
    for word in words:
        node = trie
        for byte in _written(word):
            node = node.setdefault(byte, {})
        node[-1] = {}
    return _trie_bytes(trie)


def _plain(words: Iterable[str]) -> str:
    return "|".join("".join(_byte_class(byte, byte) for byte in _written(word)) for word in words)


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
    body = [i for i, item in enumerate(items) if widths(item)[1]]
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

    Where the rest matches, the pattern may: "(note:)? cut here" is looked for as "cut here". A space that may be absent
    between a context and the rest is kept, and so is the context: without it "on ?in" is any "in".
    """
    needed = [i for i, item in enumerate(items) if widths(item)[0]]
    if not needed:
        return items
    low, high = needed[0], needed[-1] + 1
    start = low - _kept(items[:low][::-1], behind=True) if first else 0
    stop = high + _kept(items[high:], behind=False) if last else len(items)
    return items[start:stop]


def _kept(edge: Sequence[Node], *, behind: bool) -> int:
    """Return how many items of an edge, which begins at what must be there, are worth looking for."""
    if not any(widths(item)[1] for item in edge):
        return len(edge)
    wide = 0
    for i, item in enumerate(edge):
        wide += widths(item)[1]
        if wide > MOST_BETWEEN:
            break
        if isinstance(item, Look) and item.behind == behind and not item.negative and wide:
            return i + 1
    return next(i for i, item in enumerate(edge) if widths(item)[1])


def _excluded(node: Node) -> Iterator[Ranges]:
    """Yield the characters that alone are enough for a test of one side to find what it rules out."""
    if isinstance(node, Set):
        yield node.ranges
    elif isinstance(node, Choice):
        for option in node.options:
            yield from _excluded(option)


def _context_bytes(items: Sequence[Node], *, behind: bool) -> str:
    """Write the most selective of the tests at an edge as consumed context; drop the others."""
    anchors = [item.behind if behind else item.ahead for item in items if isinstance(item, Anchor)]
    if any(anchors):
        return max(anchors)
    looks = [item for item in items if isinstance(item, Look) and item.behind == behind]
    positive = [look.item for look in looks if not look.negative and 0 < widths(look.item)[1] < UNBOUNDED]
    excluded = [ranges for look in looks if look.negative for ranges in _excluded(look.item)]
    if positive:
        best = max(positive, key=lambda item: (widths(item)[0], -widths(item)[1]))
        if isinstance(best, Set) and excluded:
            return _neighbour_bytes(without(best.ranges, union(excluded)), behind=behind)
        return _bytes(best, first=behind, last=not behind)
    if not excluded:
        return ""
    others = _neighbour_bytes(without(((0, 0x10FFFF),), union(excluded)), behind=behind)
    return f"(?:^|{others})" if behind else f"(?:{others}|\\z)"
