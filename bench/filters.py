"""Print what the quality filters of datatrove and ours drop of documents that are whole, and of damaged ones.

python bench/filters.py [DOCUMENTS]
"""

from __future__ import annotations

import random
import sys
import time
from typing import TYPE_CHECKING, NamedTuple

from datatrove.data import Document
from datatrove.pipeline.filters import C4QualityFilter, FineWebQualityFilter, GopherQualityFilter
from datatrove.utils.typeshelper import Languages
from prose import MASKS, SEED, Writer
from tabulate import tabulate

from redactscan import Options
from redactscan.engines.datatrove import Filter
from redactscan.options import shared

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from datatrove.pipeline.filters.base_filter import BaseFilter

DOCUMENTS = 30
"""Documents of each language and way, by default."""

LOST = 0.3
"""Share of the facts that are gone from a document whose facts are."""


# --- documents ---------------------------------------------------------------------------------------------------

SENTENCES = (
    "On {date} the {office} of {place} met in open session, and {person} took the chair. ",
    "The council approved a budget of {amount} for the coming year, an increase of {percent} percent. ",
    "{person} said that the work would begin in {place} before the end of the summer. ",
    "Residents who want to comment on the plan can write to the {office} until {date}. ",
    "In the first half of the year {number} households were connected to the new water main. ",
    "The report lists {number} bridges that need repair, and puts the cost of the work at {amount}. ",
    "Nobody objected to the proposal, and the meeting turned to the question of the school buses. ",
    "According to {person}, the number of visitors rose by {percent} percent in the last season. ",
    "The {office} will publish the results on its own pages and send them to every household. ",
    "It is the first time in many years that the town has spent less than it had planned. ",
    "The contract was signed in {place} on {date}, and the first payment of {amount} was made a week later. ",
    "Questions about the timetable should be sent to {person}, who answers them on weekdays. ",
)  # fmt: skip
PEOPLE = ("Anna Keller", "Martin Hale", "Ruth Osgood", "Peter Lindqvist", "Maria Stone", "James Whitlock")
PLACES = ("Northfield", "Alder Creek", "Port Haven", "Millbrook", "Stonebridge", "West Harrow")
OFFICES = ("planning office", "finance committee", "board of works", "school board", "parks department")
MONTHS = ("January", "March", "April", "June", "September", "November")


def _fact(dice: random.Random, slot: str) -> str:
    number = dice.randint(2, 9999)
    return {
        "number": f"{number:,}",
        "percent": f"{number / 100:.1f}",
        "amount": f"${number},000",
        "date": f"{dice.choice(MONTHS)} {1 + number % 28}, {2010 + number % 15}",
        "place": dice.choice(PLACES),
        "office": dice.choice(OFFICES),
        "person": dice.choice(PEOPLE),
    }[slot]


class Language(NamedTuple):
    """How documents of a language are made, and the filters for it, by name.

    `words`: what stands for facts that are hidden, `slots`: for those never filled in; `note` tells of a cut.
    """

    name: str
    writer: dict[str, object]
    words: Sequence[str]
    slots: Sequence[str]
    note: str
    filters: dict[str, BaseFilter]


def languages() -> list[Language]:
    """Return Chinese and English. For Chinese the filters ask for what they can be told to: they are made for English.

    C4 does not ask for a full stop that Chinese has not, nor for spaces between words; Gopher asks for words of any
    length, two of the most frequent ones of Chinese, and letters in 60% of them, since a comma is one; FineWeb is told
    the language.
    """
    zh, en = Languages.mandarin_chinese, Languages.english
    frequent = ["的", "了", "在", "是", "和", "要", "有", "把"]
    chinese = {
        "C4": C4QualityFilter(filter_no_terminal_punct=False, min_words_per_line=-1, min_num_sentences=3, language=zh),
        "Gopher": GopherQualityFilter(
            min_avg_word_length=1, max_non_alpha_words_ratio=0.6, stop_words=frequent, language=zh
        ),
        "FineWeb": FineWebQualityFilter(language=zh),
    }
    english = {
        "C4": C4QualityFilter(language=en),
        "Gopher": GopherQualityFilter(language=en),
        "FineWeb": FineWebQualityFilter(language=en),
    }
    return [
        Language(
            "Chinese",
            {},
            [m for m in MASKS if m.strip("_[]姓名")],
            ["____", "[姓名]"],
            "……(未完,登录后继续阅读)",
            chinese,
        ),
        Language(
            "English",
            {"sentences": SENTENCES, "fact": _fact},
            ["***", "[REDACTED]", "XXXX"],
            ["[Name]", "____", "{{value}}", "TBD"],
            "... [text truncated]",
            english,
        ),
    ]


def made(language: Language, number: int) -> Iterator[tuple[str, str]]:
    """Yield documents, whole and damaged in each way in turn, with the way."""
    ways = {
        "whole": (0, ("",)),
        "facts masked": (LOST, language.words),
        "facts deleted": (LOST, ("",)),
        "never filled in": (LOST, language.slots),
        "cut, with a note": (0, ("",)),
        "cut, without one": (0, ("",)),
    }
    dice = random.Random(SEED)
    for _ in range(number):
        for way, (lost, masks) in ways.items():
            writer = Writer(dice, lost, masks, **language.writer)  # type: ignore[arg-type]
            text = "\n".join(writer.paragraph().rstrip() for _ in range(dice.randint(6, 14)))
            if way.startswith("cut"):
                # In the midst of a word or sentence, as where so many characters were allowed.
                text = text[: dice.randint(len(text) // 3, len(text) * 4 // 5)].rstrip("。. ")
            yield way, f"{text}{language.note}\n" if way == "cut, with a note" else f"{text}\n"


# --- filters -----------------------------------------------------------------------------------------------------


def dropped(step: BaseFilter, texts: Sequence[str]) -> tuple[list[bool], float]:
    """Return which texts a filter drops, and megabytes in a second, by one thread, once it has begun."""
    step.filter(Document(text=texts[0], id="0"))
    begin = time.perf_counter()
    drops = [step.filter(Document(text=text, id=str(n))) is not True for n, text in enumerate(texts)]
    seconds = time.perf_counter() - begin
    return drops, sum(len(text.encode()) for text in texts) / seconds / 1e6


def main() -> None:
    """Print one table: the share of documents that each filter drops, and its speed."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else DOCUMENTS
    ours = Filter()
    shared(Options()).matcher.prepare()
    rows: list[list[object]] = []
    for language in languages():
        ways, texts = zip(*made(language, number), strict=True)
        filters = {"redactscan": ours, **language.filters}
        results = {name: dropped(step, texts) for name, step in filters.items()}
        for way in dict.fromkeys(ways):
            shares = [sum(d for d, w in zip(drops, ways, strict=True) if w == way) for drops, _ in results.values()]
            rows.append([f"{language.name}, {way}", number, *(f"{share / number:.0%}" for share in shares)])
        rows.append([f"{language.name}, MB/s", "", *(f"{speed:.2f}" for _, speed in results.values())])
    headers = ["dropped", "documents", "redactscan", "C4", "Gopher", "FineWeb"]
    print(tabulate(rows, headers=headers, tablefmt="github", disable_numparse=True))


if __name__ == "__main__":
    main()
