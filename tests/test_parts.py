"""What a document shows to lack in eight languages: numbers, items, entries, figures, notes and pages."""

from __future__ import annotations

import functools
from typing import NamedTuple

import pytest

from redactscan import Scanner
from redactscan.evidence import HEADING, MOST, NOTHING, SHORTEST, Absent, parts_absent, skipped_absent, total

# ruff: noqa: E501 - the data are tables
# fmt: off
SENTENCES = {
    "zh": [
        "春天我们走访了三个村庄。",
        "文件由镇长签发后送达。",
        "居民希望增加夜班公共汽车。",
        "水渠要先修好再扩大种植。",
    ],
    "ja": [
        "春に三つの村を訪ねた。",
        "書類は町長が署名して送る。",
        "住民は夜のバスを望んでいる。",
        "まず水路を直すべきである。",
    ],
    "ko": [
        "봄에 세 마을을 방문하였다.",
        "서류는 읍장이 서명하여 보낸다.",
        "주민은 밤 버스를 원한다.",
        "먼저 수로를 고쳐야 한다.",
    ],
    "en": [
        "We went to the villages.",
        "The mayor signs the letters.",
        "People want a night bus.",
        "Mend the canal first.",
    ],
    "fr": [
        "Nous avons vu les villages.",
        "Le maire signe les lettres.",
        "On veut un bus de nuit.",
        "Le canal est vieux.",
    ],
    "de": ["Wir waren in den Dörfern.", "Sie zeichnet die Briefe.", "Man will einen Nachtbus.", "Der Kanal ist alt."],
    "es": ["Fuimos a los pueblos.", "La alcaldesa firma las cartas.", "Piden un autobús.", "El canal es viejo."],
    "ru": ["Мы были в деревнях.", "Мэр подписывает письма.", "Люди просят автобус.", "Канал уже старый."],
}
TITLES = {
    "zh": ["城镇", "港口", "灯塔", "道路", "水渠", "学校"],
    "ja": ["町役場", "港湾", "灯台", "道路", "水路", "学校"],
    "ko": ["읍사무소", "항구", "등대", "도로", "수로", "학교"],
    "en": ["The town", "The harbour", "The light", "The road", "The canal", "The school"],
    "fr": ["La ville", "Le port", "Le phare", "La route", "La digue", "L’école"],
    "de": ["Die Stadt", "Der Hafen", "Der Turm", "Der Weg", "Der Deich", "Die Schule"],
    "es": ["El pueblo", "El puerto", "El faro", "El camino", "El dique", "La escuela"],
    "ru": ["Город", "Порт", "Маяк", "Дорога", "Дамба", "Школа"],
}
NUMBERS = {
    "n": "1 2 3 4 5 6",
    "han": "一 二 三 四 五 六",
    "roman": "I II III IV V VI",
    "small": "i ii iii iv v vi",
    "word": "One Two Three Four Five Six",
    "letter": "A B C D E F",
    "abc": "a b c d e f",
    "абв": "а б в г д е",
    "가": "가 나 다 라 마 바",
    "ア": "ア イ ウ エ オ カ",
    "circle": "① ② ③ ④ ⑤ ⑥",
}
STYLES = {
    "zh": "第{han}章　|第{n}条 |第{han}节 |{han}、|（{han}）|{n}. |{n}、|（{n}）|{circle}|{n}）|{letter}. |## {n}. |3.{n} ",
    "ja": "第{n}章　|第{han}条　|第{n}節 |{n}．|（{n}）|{circle} |{han}、|（{han}）|{han}　|{ア}　|2.{n} ",
    "ko": "제{n}장 |제{n}조(|제 {n} 절 |{n}. |({n}) |{circle} |{가}. |{roman}. |제{n}항 ",
    "en": "Chapter {n}\n|CHAPTER {roman}\n|Article {n}. |Section {n}. |§ {n} |{n}. |({n}) |{n}) |{letter}. |({abc}) |({small}) "
    "|Part {n}: |## {n}. |### Step {n}: |PART {word}\n|## 2.{n} |**{n}.** |Question {n}. |Appendix {letter}: |Clause {n}. ",
    "fr": "Chapitre {n}\n|TITRE {roman}\n|Art. {n}. |{n}° |{abc}) |{roman} – |§ {n} |Étape {n} ",
    "de": "Kapitel {n}\n|§ {n} |Artikel {n}\n|Abschnitt {n}\n|{n}. Kapitel\n|{abc}) |{roman}. |Anlage {n}\n",
    "es": "Capítulo {n}\n|Artículo {n}. |Título {roman}\n|Sección {n}\n|{abc}) |{n}) ",
    "ru": "Глава {n}. |Статья {n}. |Раздел {roman}. |§ {n}. |{абв}) |{n}. |Пункт {n}. ",
}
STYLED = [(language, style) for language, styles in STYLES.items() for style in styles.split("|")]


@functools.cache
def scanner() -> Scanner:
    return Scanner(model=False)


def lacks(text: str) -> list[str]:
    """Return the rules by which a text lacks something."""
    return [f.rule for f in scanner().scan(text).findings if f.kind in ("omission", "truncation")]


def numbered(style: str, n: int) -> str:
    """Return a style with its numbers: "Chapter {n}" and 3 are "Chapter 3"."""
    return style.format_map({name: numbers.split()[n - 1] for name, numbers in NUMBERS.items()})


def prose(language: str, n: int = 0) -> str:
    """Return four sentences, in an order that `n` gives."""
    sentences = SENTENCES[language]
    return ("" if language in ("zh", "ja") else " ").join(sentences[(i + n) % 4] for i in range(4))


def part(language: str, style: str, n: int) -> str:
    return f"{numbered(style, n)}{TITLES[language][n - 1]}\n{prose(language, n)}\n"


# --- numbers that are skipped --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "style"), STYLED)
def test_a_sequence_that_skips_a_number_lacks_a_part(language: str, style: str) -> None:
    parts = [part(language, style, n) for n in range(1, 7)]
    heading = parts[3].rpartition("\n")[0].rpartition("\n")[0]
    whole = "".join(parts)
    assert lacks(whole) == []
    for text in (whole.replace(parts[3], ""), whole.replace(f"{heading}\n", "")):
        record = scanner().scan(text)
        assert [f.kind for f in record.findings] == ["omission"]
        assert record.scores.low <= len(text) / len(whole) <= record.scores.high
        assert (record.scores.parts.found, record.scores.parts.expected) == (5, 6)


@pytest.mark.parametrize(("language", "style"), STYLED)
def test_what_stands_inside_of_the_parts_does_not_disturb(language: str, style: str) -> None:
    inner = "({n}) " if "({n})" not in style and "（{n}）" not in style else "{n}. "
    items = "".join(f"{numbered(inner, n)}{SENTENCES[language][n]}\n" for n in (1, 2, 3))
    parts = [part(language, style, n) + items for n in range(1, 7)]
    assert lacks("".join(parts)) == []
    assert len(lacks("".join(parts[:2] + parts[3:]))) == 1


WHOLE = {
    "years that begin items": "1.2019年修了码头。\n2.2020年修了灯塔。\n3.2021年修了道路。\n4.2022年修了水渠。",
    "a conclusion far below": "1. The town\n2. The harbour\n"
    + "They met again in spring. " * 90
    + "\n4. The light is weak.",
    "letters that begin a roman list": "a) the town\nb) the harbour\nc) the light\nv) of old\nvi) of late",
    "lists of different depth": "1. The town\n2. The harbour\n    4. of old\n3. The light\n4. The road",
    "a choice": "Article 3\nOne.\nArticle 9\nTwo.\nArticle 14\nThree.",
    "a range": "第一条 总则。\n第二条至第四条 删除。\n第五条 附则。\n第六条 施行。",
    "numbers in a table": "2.1 3.4 5.0\n2.2 3.1 4.8\n2.4 2.9 4.1\n2.5 2.8 4.0",
}


@pytest.mark.parametrize("text", WHOLE.values(), ids=list(WHOLE))
def test_what_is_no_sequence_lacks_nothing(text: str) -> None:
    assert lacks(text) == []


@pytest.mark.parametrize("indent", ["", "  ", "> ", "* "])
def test_lists_of_many_levels_are_followed_as_far_as_lists_go(indent: str) -> None:
    text = "".join(f"{indent}1. The town {n}\n{indent}2. The harbour {n}\n" for n in range(40))
    assert lacks(text) == []
    assert lacks(f"{text}{indent}4. The light\n{indent}5. The road\n") == ["omission.item"]


# --- lists that were announced -------------------------------------------------------------------------------------

ANNOUNCED = {
    "zh": "原因有以下三点：|需要满足三个条件：|计划分为三个部分：|主要原因有三：|要抓好三件事：|主要體現在三個方面：|落实下列三项工作。",
    "ja": "次の3点を求める。|以下の三つの条件を満たすこと。|主な理由は３つある。|手順は次の3段階からなる。|三つの課題がある。",
    "ko": "다음 세 가지를 요구한다.|이유는 크게 3가지다.|다음의 세 단계를 거친다.|다음 3개 요건을 갖춘다.|방법은 세 가지이다.",
    "en": "There are three ways to do it:|The three main causes are:|Three conditions must be met:|Here are 3 tips:|It has three parts.",
    "fr": "Il y a trois raisons :|Les trois principales étapes :|Trois conditions doivent être remplies :|Voici trois idées :",
    "de": "Es gibt drei Gründe:|Folgende drei Fragen sind offen:|Der Bericht hat drei Teile.|Drei Bedingungen gelten:",
    "es": "Hay tres razones:|Los tres puntos siguientes:|Son necesarios tres pasos:|El informe tiene tres partes.",
    "ru": "Есть три причины:|Нужны три шага:|Отчёт состоит из трёх частей.|Следующие три совета:",
}
ITEMS = ["{n}. ", "({n}) ", "{n}) "]
OWN_ITEMS = {
    "zh": ["（{han}）", "{han}、", "{n}、"],
    "ja": ["（{n}）", "{circle}", "・"],
    "ko": ["{가}. ", "- "],
    "en": ["- ", "({abc}) "],
}


@pytest.mark.parametrize(
    ("language", "line"), [(language, line) for language, lines in ANNOUNCED.items() for line in lines.split("|")]
)
def test_a_list_has_as_many_items_as_are_announced(language: str, line: str) -> None:
    styles = ITEMS + ([] if line.endswith(".") else OWN_ITEMS.get(language, ["- "]))
    for style in styles:
        for gap in ("\n", "\n\n"):
            items = [f"{numbered(style, n)}{SENTENCES[language][n]}\n" for n in (1, 2, 3)]
            behind = f"\n{prose(language)}\n"
            assert lacks(line + gap + "".join(items) + behind) == []
            assert len(lacks(line + gap + "".join(items[:2]) + behind)) == 1


INLINE = [
    ("原因有三：一是码头旧，二是灯塔暗{}。", "，三是道路远"),
    ("要满足三个条件：（1）有码头；（2）有灯塔{}。", "；（3）有道路"),
    ("It takes three things: (1) a mole, (2) a light{}.", " and (3) a road"),
    ("Es gibt drei Punkte: a) die Mole, b) das Licht{}.", " und c) der Weg"),
]


@pytest.mark.parametrize(("text", "last"), INLINE)
def test_items_are_counted_in_a_line(text: str, last: str) -> None:
    assert lacks(text.format(last)) == []
    assert len(lacks(text.format(""))) == 1


def test_an_announcement_of_a_list_that_is_too_long_says_nothing() -> None:
    long = "- " + "The mole is old. " * 4000 + "\n"
    assert lacks(f"There are three reasons:\n{long}- The light is weak.\n") == []


# --- contents, references, notes, pages ------------------------------------------------------------------------------

HEADS = {
    "zh": "目录|目　录", "ja": "目次|目　次", "ko": "목차|차례", "en": "Contents|## Table of Contents|CONTENTS", "fr": "Sommaire|Table des matières",
    "de": "Inhalt|Inhaltsverzeichnis", "es": "Índice|Contenido", "ru": "Содержание|Оглавление",
}  # fmt: skip
LINES = [
    "{title}",
    "{title} {page}",
    "{title}\t{page}",
    "{title} ........ {page}",
    "{title}……{page}",
    "- [{title}](#{page})",
]


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize(
    ("language", "head"), [(name, head) for name, heads in HEADS.items() for head in heads.split("|")]
)
def test_a_table_of_contents_is_held_against_the_text(language: str, head: str, line: str) -> None:
    titles = TITLES[language]
    table = "".join(f"{line.format(title=title, page=3 * n)}\n" for n, title in enumerate(titles, 1))
    bodies = [f"{title}\n{prose(language, n)}\n\n" for n, title in enumerate(titles)]
    assert lacks(f"{head}\n\n{table}\n{''.join(bodies)}") == []
    for gone in (1, 5):
        text = f"{head}\n\n{table}\n{''.join(bodies[:gone] + bodies[gone + 1 :])}"
        assert lacks(text) == ["omission.contents"]


def test_a_table_of_contents_of_another_volume_says_nothing() -> None:
    table = "".join(f"Part {letter} of the town ....... {n}\n" for n, letter in enumerate("abcdefghij", 1))
    assert lacks(f"{table}\nPart a of the town\nIt is old.\nPart b of the town\nIt is deep.\n") == []


def test_a_longer_table_of_contents_than_books_have_says_nothing() -> None:
    table = "".join(f"Street {n} of the town ....... {n}\n" for n in range(1, 410))
    assert lacks(f"{table}\n" + "".join(f"Street {n} of the town\nIt is old.\n" for n in range(1, 409))) == []


REFERRED = {
    "zh": "图|如图{}所示，码头旧。;表|由表{}可知，码头旧。;附件|详见附件{}。;附表|数据见附表{}。",
    "ja": "図|図{}に示す港は古い。;表|詳細は表{}を参照。;別紙|内容は別紙{}のとおり。",
    "ko": "그림 |자세한 것은 그림 {}과 같다.;표 |결과는 표 {}에 있다.;부록 |(부록 {} 참조)",
    "en": "Figure |It is shown in Figure {}.;Table |Table {} lists the ships.;Fig. |It is old (Fig. {}).;Exhibit |See Exhibit {}.",
    "fr": "Figure |Voir la figure {}.;Tableau |Le détail est dans le tableau {}.",
    "de": "Abbildung |Siehe Abbildung {}.;Tabelle |So steht es in Tabelle {}.;Abb. |Es ist alt (Abb. {}).",
    "es": "Figura |Véase la figura {}.;Cuadro |Está en el cuadro {}.",
    "ru": "Рисунок |Это видно на рисунке {}.;Таблица |Это видно в таблице {}.;Рис. |Он стар (рис. {}).",
}
REFERENCES = [(kind, *form.split("|")) for kind, forms in REFERRED.items() for form in forms.split(";")]


@pytest.mark.parametrize("number", ["{n}", "2.{n}", "2-{n}"])
@pytest.mark.parametrize(("language", "caption", "reference"), REFERENCES)
def test_what_is_referred_to_is_here(language: str, caption: str, reference: str, number: str) -> None:
    for sep in ("：", "　") if language in ("zh", "ja") else (": ", ". ", " "):
        numbers, gap = [numbered(number, n) for n in range(1, 5)], "" if sep in "：　" else " "
        pairs = [
            (f"{SENTENCES[language][1]}{gap}{reference.format(name)}\n\n", f"{caption}{name}{sep}{TITLES[language][n]}\n\n")
            for n, name in enumerate(numbers)
        ]
        whole = "".join(said + shown for said, shown in pairs)
        assert lacks(whole) == []
        assert lacks(whole.replace(pairs[3][1], "")) == ["omission.reference"]
        assert lacks(whole.replace(pairs[1][1], "")) == ["omission.reference"]


NOTES = {
    "a footnote of Markdown": ("[^{n}]", "[^{n}]: "),
    "a citation": ("[{n}]", "[{n}] "),
    "a raised number": ("{raised}", "{raised} "),
    "a note in Chinese": ("〔{n}〕", "〔{n}〕"),
    "a note with its word": ("（注{n}）", "注{n}："),
}


@pytest.mark.parametrize(("mark", "note"), NOTES.values(), ids=list(NOTES))
@pytest.mark.parametrize("language", list(SENTENCES))
def test_a_mark_has_its_note(language: str, mark: str, note: str) -> None:
    def written(form: str, n: int) -> str:
        return form.format(n=n, raised="⁰¹²³⁴"[n])

    body = "\n\n".join(f"{SENTENCES[language][n - 1]}{written(mark, n)} {prose(language)}" for n in range(1, 5))
    notes = [f"{written(note, n)}{TITLES[language][n]}\n" for n in range(1, 5)]
    assert lacks(f"{body}\n\n{''.join(notes)}") == []
    for gone in (1, 3):
        assert lacks(f"{body}\n\n{''.join(notes[:gone] + notes[gone + 1 :])}") == ["omission.footnote"]


PAGES = {
    "zh": "第{n}页 共{m}页|第{n}页/共{m}页|{n}/{m}页",
    "ja": "{n}/{m}ページ|{n}ページ（全{m}ページ）|全{m}ページ中{n}ページ",
    "ko": "{n}/{m} 페이지|{n}쪽/총 {m}쪽|총 {m}쪽 중 {n}쪽",
    "en": "Page {n} of {m}|page {n}/{m}|- {n}/{m} -|{n} / {m}|p. {n} of {m}",
    "fr": "Page {n} sur {m}",
    "de": "Seite {n} von {m}|S. {n} von {m}",
    "es": "Página {n} de {m}|Pág. {n} de {m}",
    "ru": "Страница {n} из {m}|Стр. {n}/{m}|Лист {n} из {m}",
}


@pytest.mark.parametrize(
    ("language", "mark"), [(name, mark) for name, marks in PAGES.items() for mark in marks.split("|")]
)
def test_the_last_page_is_here(language: str, mark: str) -> None:
    def book(*numbers: int, of: int, head: bool = False) -> str:
        pages = ((prose(language, n), mark.format(n=n, m=of)) for n in numbers)
        return "\n\n".join(f"{number}\n{text}" if head else f"{text}\n{number}" for text, number in pages) + "\n"

    for head in (False, True):
        assert lacks(book(1, 2, 3, of=3, head=head)) == []
        assert lacks(book(1, 2, 3, of=12, head=head)) == ["truncation.page-of-pages"]
        assert scanner().scan(book(1, 2, 3, of=12, head=head)).scores.completeness == pytest.approx(1 / 4, abs=0.01)
    assert lacks(book(3, 2, 1, of=12, head=True)) == []


def test_a_page_between_others_is_here() -> None:
    pages = [f"{prose('en', n)}\nPage {n} of 5\n\n" for n in range(1, 6)]
    record = scanner().scan("".join(pages[:2] + pages[3:]))
    assert [f.rule for f in record.findings] == ["omission.page"]
    assert record.scores.completeness == pytest.approx(0.8, abs=0.01)


HALVES = [
    ("会议要求（下转第2版）。", "（上接第1版）各地要抓好落实。"),
    ("The road runs along the river and (continued on page 4)", "(continued from page 1) over the pass."),
    ("Der Weg führt am Fluss entlang (Fortsetzung auf Seite 4)", "(Fortsetzung von Seite 1) über den Pass."),
    ("町議会は（2面に続く）", "（1面から続く）橋を直す。"),
]


@pytest.mark.parametrize(("first", "second"), HALVES)
def test_a_text_that_goes_on_elsewhere_has_its_other_half(first: str, second: str) -> None:
    assert lacks(f"{first}\n\n{second}\n") == []
    assert "truncation.print-jump" in lacks(first)
    assert "truncation.print-jump" in lacks(second)


# --- how much it is ------------------------------------------------------------------------------------------------


class Run(NamedTuple):
    """Where marks stand, by number; the jump that is asked about; and the characters that are likely missing there."""

    places: dict[int, int]
    at: int
    likely: float


RUNS = {
    "as far apart as the others": Run({1: 0, 2: 100, 4: 200, 5: 300}, 2, 100),
    "twice as far, as where a heading is gone": Run({1: 0, 2: 100, 4: 300, 5: 400}, 2, HEADING),
    "half as far again": Run({1: 0, 2: 100, 4: 250, 5: 350}, 2, 50),
    "two parts": Run({1: 0, 2: 100, 5: 200, 6: 300}, 2, 200),
    "nothing to compare": Run({1: 0, 3: 100}, 1, HEADING),
    "before the first": Run({2: 0, 3: 100, 4: 200}, 0, HEADING),
}


@pytest.mark.parametrize("run", RUNS.values(), ids=list(RUNS))
def test_a_part_is_as_long_as_the_others(run: Run) -> None:
    absent, *_ = skipped_absent([(number, number, place) for number, place in run.places.items()], [run.at])
    assert absent.likely == run.likely
    assert SHORTEST <= absent.least <= absent.likely <= absent.most / MOST
    assert absent.found == len(run.places)


def test_parts_of_one_rule_add_up_and_rules_tell_of_the_same() -> None:
    one, two = parts_absent(1, [10, 20, 90], 3, 4), parts_absent(2, [15])
    assert (one, two) == (Absent(SHORTEST, 20, MOST * 90, 3, 4), Absent(2 * SHORTEST, 30, MOST * 30))
    assert total([]) is NOTHING
    assert total([("a", one), ("b", two)]) == two
    assert total([("a", one), ("a", two), ("b", two)]) == Absent(3 * SHORTEST, 50, MOST * 120, 3, 4)


def test_a_list_that_lacks_an_item_lacks_as_much_as_the_others_have() -> None:
    items = [f"{n}. {prose('en', n)}\n" for n in (1, 2, 3)]
    here = scanner().scan(f"There are three reasons:\n{''.join(items[:2])}").scores
    assert here.missing == pytest.approx(len(items[0]), abs=2)
    assert here.basis == "estimated"
