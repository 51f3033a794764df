"""The genre of a document, from evidence in it: it decides whether a blank is a hole, a field or a question.

Looked for where something was found, since elsewhere it decides nothing. The thresholds are guesses: high enough that
prose about a genre is not taken for it.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

from redactscan.errors import RedactscanError
from redactscan.lazy import compiled

if TYPE_CHECKING:
    from collections.abc import Callable

    from redactscan.rule import Profile, Rule

Choice = Literal["auto", "prose", "form", "exam", "code", "log", "transcript", "edition"]

SAMPLE = 20_000
"""Code points of a document that are looked at."""

HEAD = 300
"""Code points in which a title stands."""

LINES = 200
"""Lines that are looked at ..."""

FEWEST_LINES = 5
"""... and how many a document must have to be told by its lines."""

LINE_SHARE = 0.6
"""Share of the lines that must look like those of a genre."""

BLANKS = 3
"""Blanks that a form has at least; an exam may have one less."""

SIGNS = 2
"""Different words of the genre that an exam has at least."""


class Genre(NamedTuple):
    """The profile of a document, and the evidence for it; "" where it is the default."""

    profile: Profile
    reason: str


PROSE = Genre("prose", "")


def checked(choice: str) -> Choice:
    """Return a choice of the user; raise RedactscanError where it is none."""
    for known in get_args(Choice):
        if choice == known:
            return known  # type: ignore[no-any-return]
    raise RedactscanError(f"--profile {choice}: it is one of {', '.join(get_args(Choice))}")


def counts(rule: Rule, genre: Genre) -> bool:
    """Say whether what a rule finds counts in a genre."""
    return genre.profile not in rule.quiet


def guess(text: str, path: str | None = None) -> Genre:
    """Return the genre of a text; `path` is what the document is called."""
    sample = text[:SAMPLE]
    return _by_name(path) or next(filter(None, (test(sample) for test in _TESTS)), PROSE)


# --- by name -----------------------------------------------------------------------------------------------------

_SUFFIXES: dict[str, Profile] = dict.fromkeys(
    (  # noqa: SIM905 - a list would take forty lines
        ".c .cc .cpp .cs .css .go .h .hpp .java .js .jsx .kt .lua .php .pl .ps1 .py .rb .rs .scala .sh .sql .swift "
        ".ts .tsx .vue"
    ).split(),
    "code",
)
_SUFFIXES[".log"] = "log"


def _by_name(path: str | None) -> Genre | None:
    suffix = PurePath(path).suffix.lower() if path else ""
    return Genre(_SUFFIXES[suffix], f"its name ends in {suffix}") if suffix in _SUFFIXES else None


# --- by what stands in it ----------------------------------------------------------------------------------------

_SIGNS = {
    "host": "主持词|主持稿|主持(?:人)?讲话|串词|串联词",
    "chat": r"""(?x)
        \[?\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}[,，]?[ ]\d{1,2}:\d\d(?::\d\d)?(?:[ ]?[AP]M)?\]?
        (?:[ ]-)?[ ][^:：\n]{1,30}[:：][ ]
        |\d{1,2}:\d\d\t[^\t\n]{1,30}\t""",
    "log": r"""(?x)
        \[?\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d|\[?\d\d:\d\d:\d\d\b
        |(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[ ][ \d]\d[ ]\d\d:\d\d:
        |\[?[ ]?(?:DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|FATAL|TRACE)\b
        |\#\d+[ ]\d+\.\d|(?:npm|yarn|pip)[ ](?:ERR!|WARN)|\s+at[ ][\w.$<>]+\(""",
    # Lists of laws and agendas end their lines with semicolons and colons too: a line of a program has more than that.
    "code": r"""(?x)
        \s*(?:\#include\b|\#define\b|import[ ][\w.{*]+|from[ ][\w.]+[ ]import\b|(?:async[ ])?def[ ]\w+\(
        |class[ ]\w+[(:{]|@\w+|function[ ]\w*\(|fn[ ]\w+\(|//|/\*|\*/
        |(?!\P{Han}{0,99}\p{Han})(?:
            (?:const|let|var|public|private|static|return|using|if|elif|for|while|switch)\b[^\n]*[=({\[][^\n]*[;{:(]?\s*$
            |(?:else|try|finally):?\s*\{?$|[\w.\[\]>-]+[ ]?[+-]?:?=[ ]?[^\n]+$|[^\n]*(?:=|\w\()[^\n]*;\s*$
            |[^\n]*[{}]\s*$|[)\]}]+[;,]?\s*$|[\w.]+\([^\n]*\)[;,]?\s*$))""",
    "blank": r"""(?x)
        (?<![A-Za-z0-9_])_{3,}(?![A-Za-z0-9_])|[ \u3000]{3,}年[ \u3000]{2,}月|[×xX]{4}年[×xX]{1,2}月
        |[(（][ \u3000]{2,}[)）]|[:：][ \u3000]{6,}\S""",
    "form": r"""(?x)
        合同|协议书?|申请[书表]|登记表|审批表|样式|格式|范本|模板|委托书|承诺书|[甲乙]方|盖章|签[字名章]
        |(?i:\b(?:agreement|contract|lease|landlord|tenant|lessee|application[ ]form|signature|undersigned)\b)""",
    "exam": r"""(?x)
        填空|选择题|判断题|简答题|问答题|[单多]选|试卷|试题|满分|得分|考试时间|阅读理解|完形|穴埋め|空欄|次の問い|빈칸|문항
        |(?i:fill[ ]in[ ]the[ ]blanks?|multiple[- ]choice|true[ ]or[ ]false|\bquiz\b|worksheet
        |complete[ ]the[ ]sentences|\(\d{1,2}[ ](?:points|marks|Punkte|puntos|балл(?:ов|а))\)
        |\b(?:exercise|Aufgabe|Übung|exercice|ejercicio|упражнение|задание|вариант)[ ]\d
        |\bergänzen?[ ](?:Sie|die)|\bsetzen?[ ]Sie|\bfüllen?[ ](?:Sie|die)|Lücken|Klassenarbeit|\b(?:Sätze|Verben)\b
        |\bcomplét(?:ez|e)\b|\bcomplète\b|à[ ]trous|\bverbes?\b|\bévaluation[ ]:
        |\bcomplet[ae][ ](?:las?|los?|con|el)\b|\brellen[ae]\b|\b(?:huecos|frases)\b|\bexamen[ ]de\b
        |вставьте|заполните|пропущенн|пропуск[иоа]|контрольная[ ]работа)""",
    "lacuna": r"□|\[(?:\.{3,}|-{3}|…|[-+]\d[\d-]*[-+])\]|<gap\b|⟨|墨[釘钉]",
    "edition": r"""(?x)
        凡例|底本|校[勘记記本]|[釋释]文|[釋释][讀读]|拓[本片]|[簡简]文|碑文|墓[誌志]
        |(?i:\b(?:recto|verso|papyr|codex|inscription|apparatus|lacuna)|<TEI\b)""",
}


def _transcript(text: str) -> Genre | None:
    title = compiled(_SIGNS["host"]).search(text, 0, HEAD)
    if title:
        return Genre("transcript", f"the head says {title[0]}")
    return _lined(text, "transcript", "chat", "are of a chat")


def _log(text: str) -> Genre | None:
    return _lined(text, "log", "log", "begin with a time or a level")


def _code(text: str) -> Genre | None:
    return _lined(text, "code", "code", "are program text")


def _lined(text: str, profile: Profile, sign: str, what: str) -> Genre | None:
    lines = [line for line in text.split("\n", LINES)[:LINES] if line.strip()]
    if len(lines) < FEWEST_LINES:
        return None
    fitting = [line for line in lines if compiled(_SIGNS[sign]).match(line)]
    # A few long lines are paragraphs of prose, whatever the short ones look like.
    if len(fitting) < LINE_SHARE * len(lines) or sum(map(len, fitting)) < sum(map(len, lines)) / 2:
        return None
    return Genre(profile, f"{len(fitting)} of {len(lines)} lines {what}")


def _exam(text: str) -> Genre | None:
    words = dict.fromkeys(m[0] for m in compiled(_SIGNS["exam"]).finditer(text))
    blanks = len(compiled(_SIGNS["blank"]).findall(text))
    if len(words) < SIGNS or blanks < BLANKS - 1:
        return None
    return Genre("exam", f"{blanks} blanks, and it says {', '.join(list(words)[:SIGNS])}")


def _form(text: str) -> Genre | None:
    return _marked(text, "form", "blank", "blanks")


def _edition(text: str) -> Genre | None:
    return _marked(text, "edition", "lacuna", "lacunae")


def _marked(text: str, profile: Profile, mark: str, what: str) -> Genre | None:
    marks = len(compiled(_SIGNS[mark]).findall(text))
    word = compiled(_SIGNS[profile]).search(text) if marks >= BLANKS else None
    return Genre(profile, f"{marks} {what}, and it says {word[0]}") if word else None


_TESTS: tuple[Callable[[str], Genre | None], ...] = (_transcript, _exam, _form, _edition, _log, _code)
