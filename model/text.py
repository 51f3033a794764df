"""Text to train on, with the places in it where a number or a name can be taken out.

Two forms of text are read: plain files (*.txt, *.md), in which numbers are found by their digits and names by a list,
and lines of words with tags ("１２００/m 名/q"), in which the tags tell.
"""

from __future__ import annotations

import io
import itertools
import tarfile
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import regex

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

NUMBER, NAME, OTHER = 0, 1, 2
"""What was taken out at a boundary: a number, a name, or anything else (which only teaches the net the language)."""

KEPT = frozenset([*"一两几多半数", "中国", "中华", "我国"])
"""Numbers and names that are left alone: what they stand before is whole without them too, or they count nothing."""

NAME_LENGTHS = range(2, 5)
"""Of names that are looked for in plain text: a shorter one would be found in other words."""

DIGITS_ONLY, DIGITS_FIRST = 0.4, 0.5
"""How often a filter of digits is at work, which leaves 三 and the 万 of 3万; and how often others leave that 万."""

SIGNS, SIGNED = ("*", "*", "*", "**", "×", "××", "X", "XX", "某", "_", "○○"), (0.0, 0.0, 0.0, 0.2, 0.6)
"""What may stand in the place of what was taken out, and how often."""

DIGITS = regex.compile(r"[0-9０-９][0-9０-９,.，．·]*(?:%|‰)?(?<![,.，．·%‰])")
HAN_NUMBER = regex.compile(
    r"(?<![第一二三四五六七八九十百千万亿两几零〇])[一二三四五六七八九十百千万亿零〇两]+"
    r"(?=[个名家项件场次人套户座处米吨元分条种类支辆艘岁度台批位份所层部篇门期公平立年月天日小周倍届级只头张间块段把])"
)
PERSON = regex.compile(
    r"(?<=[，。、：；\s）”和与由向在对据经]|\A)[王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭"
    r"吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文习栗温]"
    r"[一-鿿]{1,2}(?=总书记|主席|总理|副总理|委员长|同志|部长|书记|省长|市长|先生|教授|院士|介绍|表示|指出|强调|出席|主持|说)"
)
TYPE = regex.compile(
    r"(?<=..)(?:特别行政区|自治[区州县]|[省市县区州镇乡村盟旗]|大学|学院|公司|集团|医院|[中小]学|研究[所院]|银行|协会|委员会|电视台|日报|出版社)\Z"
)
"""What kind of place or institution a name is of: it stands behind the name, and often stays when that is taken out."""

TYPE_KEPT = 0.6
"""How often it stays."""

TOKEN = regex.compile(r"(\S+)/([A-Za-z]+)")
HAN = regex.compile(r"\p{Han}+")

REPLACED = frozenset(("n", "v", "vn", "a", "an", "ad", "b", "d", "i", "l", "j", "ns", "nt", "nz", "z"))
"""Tags of words that can be others: those that say what a sentence is about, not how it is made."""

FREQUENCY = 0.4
"""Words are drawn by this power of their frequency: rare ones are the news, and odd ones are no use."""


class Habit(NamedTuple):
    """How a few lines are damaged: the rates of numbers and names, of anything else, and the sign that some leave."""

    rates: tuple[float, float]
    other: float
    digits_only: bool
    sign: str
    signed: float


class Line(NamedTuple):
    """A line of text and what can be taken out of it: (start, end, NUMBER or NAME), in order and apart."""

    text: str
    spans: list[tuple[int, int, int]]


Words = list[tuple[str, str]]
"""The words of a line with their tags."""


def member(archive: Path, name: str) -> list[str]:
    """Return the non-empty lines of a file inside a .tar.gz."""
    with tarfile.open(archive) as tar:
        file = tar.extractfile(name)
        if file is None:
            raise FileNotFoundError(f"{archive}: {name} is no file")
        return [line for line in io.TextIOWrapper(file, "utf-8") if line.strip()]


def words(line: str) -> Words:
    """Return the words of a tagged line with their tags."""
    return [(m[1], m[2]) for m in TOKEN.finditer(line)]


class Lexicon:
    """Words by their tags, to write known sentences in other words.

    The few sentences that there are to train on are soon known by heart; what their words are is of no matter to a
    number that is missing, but which characters make a word is.
    """

    def __init__(self, entries: Iterable[str], lines: Iterable[Words]) -> None:
        """Take the entries "word frequency tag" of a dictionary, and the names in some lines."""
        by_tag: dict[str, list[tuple[str, float]]] = {}
        for entry in entries:
            word, frequency, tag = entry.split()
            if tag in REPLACED and len(word) > 1 and HAN.fullmatch(word):
                by_tag.setdefault(tag, []).append((word, float(frequency) ** FREQUENCY))
        self._words = {tag: [word for word, _ in found] for tag, found in by_tag.items()}
        self._weights = {tag: list(itertools.accumulate(n for _, n in found)) for tag, found in by_tag.items()}
        self._names: dict[int, list[str]] = {}
        for name in dict.fromkeys(word for line in lines for word, tag in line if tag == "nr"):
            self._names.setdefault(len(name), []).append(name)

    def varied(self, line: Words, rate: float, rng: random.Random) -> Words:
        """Return a line in which so many of the words that carry its matter are others of the same kind."""
        return [(self._other(word, tag, rng) if rng.random() < rate else word, tag) for word, tag in line]

    def _other(self, word: str, tag: str, rng: random.Random) -> str:
        if tag == "nr":
            return rng.choice(self._names[len(word)])
        if len(word) == 1 or tag not in self._words:
            return word
        return rng.choices(self._words[tag], cum_weights=self._weights[tag])[0]


def tagged_line(line: Words) -> Line:
    """Return the text of a line of words, with its numbers and names."""
    text = ""
    spans: list[tuple[int, int, int]] = []
    for word, tag in line:
        kind = {"m": NUMBER, "nr": NAME, "ns": NAME, "nt": NAME, "nz": NAME}.get(tag)
        start, text = len(text), text + word
        if kind is None or word in KEPT:
            continue
        if kind == NAME and spans and spans[-1][1] == start and spans[-1][2] == NAME and tag == "nr":
            spans[-1] = (spans[-1][0], len(text), NAME)  # the surname and the given name are two words there
        else:
            spans.append((start, len(text), kind))
    return Line(text, _apart([*spans, *_digits(text)]))


def names(lines: Iterable[Line], least: int = 2) -> set[str]:
    """Return the names of the lines that occur at least so often; they serve to find names in plain text."""
    lines = list(lines)
    found = Counter(line.text[a:b] for line in lines for a, b, kind in line.spans if kind == NAME)
    text = "\n".join(line.text for line in lines)
    return {
        name
        for name, n in found.items()
        if n >= least and len(name) in NAME_LENGTHS and name not in KEPT and n >= text.count(name) / 2
    }


def plain(folder: Path, known: set[str]) -> list[Line]:
    """Return the lines with Han characters of the *.txt and *.md files below a folder, without tags and links."""
    lines: list[str] = []
    for file in sorted([*folder.rglob("*.txt"), *folder.rglob("*.md")]):
        text = regex.sub(r"<[^>]+>|!?\[([^\]]*)\]\([^)]*\)", r"\1", file.read_text(encoding="utf-8"))
        lines += text.splitlines()
    return plain_lines(lines, known)


def plain_lines(lines: Iterable[str], known: set[str]) -> list[Line]:
    """Return those of some lines that have Han characters, with the numbers and names found in them."""
    name = regex.compile(r"\L<known>", known=known)
    return [
        Line(line, _apart([*_digits(line), *_names(line, name)]))
        for line in map(str.strip, lines)
        if regex.search(r"[一-鿿]{4}", line)
    ]


def _digits(text: str) -> list[tuple[int, int, int]]:
    every = [*DIGITS.finditer(text), *HAN_NUMBER.finditer(text)]
    # % is what stays behind.
    spans = [(m.start(), m.end() - (m[0][-1] in "%‰"), NUMBER) for m in every if m[0] not in KEPT]
    return [span for span in spans if span[0] < span[1]]


def _names(text: str, name: regex.Pattern[str]) -> list[tuple[int, int, int]]:
    return [(m.start(), m.end(), NAME) for p in (name, PERSON) for m in p.finditer(text)]


def _apart(spans: Iterable[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Return spans in order, the longer one where two overlap."""
    kept: list[tuple[int, int, int]] = []
    for span in sorted(set(spans), key=lambda s: (s[0], -s[1])):
        if not kept or span[0] >= kept[-1][1]:
            kept.append(span)
    return kept


def damaged(lines: Sequence[Line], rng: random.Random) -> Iterator[tuple[str, list[tuple[int, int]]]]:
    """Yield each line with some of it taken out, and where: (boundary, NUMBER, NAME or OTHER).

    A few lines in a row are damaged in the same way, since real damage has a habit: all digits, or some of all numbers,
    or names too.
    """
    at = 0
    while at < len(lines):
        run = lines[at : at + rng.randint(1, 12)]
        at += len(run)
        habit = Habit(
            (rng.choice((0.0, 0.0, 0.1, 0.4, 0.7, 0.95)), rng.choice((0.0, 0.0, 0.0, 0.1, 0.5, 0.9))),
            rng.choice((0.0, 0.0, 0.02)),
            rng.random() < DIGITS_ONLY,
            rng.choice(SIGNS),
            rng.choice(SIGNED),
        )
        for line in run:
            yield _without(line, habit, rng)


def _without(line: Line, habit: Habit, rng: random.Random) -> tuple[str, list[tuple[int, int]]]:
    cuts = []
    for start, end, kind in line.spans:
        if rng.random() >= habit.rates[kind]:
            continue
        content = line.text[start:end]
        if kind == NUMBER:
            digits = DIGITS.match(content)
            if habit.digits_only and not digits:
                continue
            if digits and (habit.digits_only or rng.random() < DIGITS_FIRST):
                cuts.append((start, start + digits.end(), kind))
                continue
        of = TYPE.search(content) if kind == NAME else None
        cuts.append((start, start + of.start() if of and rng.random() < TYPE_KEPT else end, kind))
    if habit.other:
        places = (i for i in range(1, len(line.text) - 3) if rng.random() < habit.other)
        cuts += [(i, i + rng.choice((1, 2, 2, 3)), OTHER) for i in places]
    out, holes, last, size = [], [], 0, 0
    for start, end, kind in _apart(cuts):
        out.append(line.text[last:start])
        size += start - last
        if kind != OTHER and rng.random() < habit.signed:
            out.append(habit.sign)
            size += len(habit.sign)
        else:
            holes.append((size, kind))
        last = end
    out.append(line.text[last:])
    return "".join(out), holes
