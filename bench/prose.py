"""Chinese office prose, whole and damaged, made by dice: the same on every machine, and nobody's text."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

SEED = 20240601

DAMAGED, LOST = 0.5, 0.2
"""Share of documents that are damaged, and of facts that are gone from these."""

SENTENCES = (
    "{date}，{place}{office}召开会议，{person}主持并讲话。",
    "全年完成固定资产投资{number}亿元，同比增长{percent}%。",
    "新建标准化厂房{number}万平方米，引进企业{number}家，其中规模以上企业{number}家。",
    "各单位要切实提高认识，加强领导，把各项工作落到实处。",
    "截至{date}，{place}共有{number}个村完成改造，受益群众{number}万人。",
    "会议指出，要坚持以人民为中心，着力解决群众反映强烈的突出问题。",
    "{person}强调，{office}要会同有关部门抓紧制定方案，于{date}前报送。",
    "建设省级重点实验室{number}个，培育高新技术企业{number}家，研发投入占比达{percent}%。",
    "联系人：{person}，电话：{phone}，地址：{place}{place}路{number}号。",
    "要进一步完善制度、优化流程、改进作风，确保年度目标任务顺利完成。",
    "去年以来，{place}先后出台文件{number}份，办理建议提案{number}件，办结率{percent}%。",
    "《{place}{office}关于做好{date}有关工作的通知》已经印发，请遵照执行。",
)  # fmt: skip
HEADINGS = ("一、基本情况", "二、主要做法", "三、存在问题", "四、下一步打算")
PLACES = ("青河市", "临川县", "云溪区", "东岭镇", "望江省", "石桥乡")
OFFICES = ("发展和改革委员会", "财政局", "教育局", "办公室", "农业农村局")
FAMILIES, GIVEN = "王李张刘陈杨赵黄周吴", ("建国", "晓红", "志强", "文静", "海涛", "立新")
MASKS = ("", "", "*", "**", "某", "XX", "____", "[姓名]")
"""What stands in place of a fact that is gone: often nothing."""


def documents(characters: int, damaged: float = DAMAGED) -> Iterator[str]:
    """Yield documents of a few hundred to a few thousand code points, `characters` or a little more in all.

    `damaged` is the share of them that are.
    """
    dice = random.Random(SEED)
    while characters > 0:
        text = _document(Writer(dice, LOST if dice.random() < damaged else 0))
        characters -= len(text)
        yield text


def _document(writer: Writer) -> str:
    dice, lost = writer.dice, writer.lost
    lines = []
    for heading in HEADINGS:
        if dice.random() < lost / 2:
            continue
        lines.append(heading)
        lines += [writer.paragraph() for _ in range(dice.randint(1, 5))]
    text = "\n".join(lines)
    return text[: dice.randint(len(text) // 2, len(text))] if dice.random() < lost / 2 else text + "\n"


class Writer:
    """Writes sentences by dice, from which a share `lost` of the facts is gone, and counts them.

    `sentences` have slots in braces, which `fact` fills.
    `facts` and `gone` count facts; `original` and `kept` the characters of the text as it was, and those still there.
    """

    def __init__(
        self,
        dice: random.Random,
        lost: float = 0,
        masks: Sequence[str] = MASKS,
        *,
        sentences: Sequence[str] = SENTENCES,
        fact: Callable[[random.Random, str], str] | None = None,
    ) -> None:
        self._sentences = sentences
        self._made = fact or _fact
        self.dice = dice
        self.lost = lost
        self.masks = masks
        self.facts = self.gone = self.original = self.kept = 0

    def paragraph(self) -> str:
        """Return one to eight sentences."""
        return "".join(self._sentence() for _ in range(self.dice.randint(1, 8)))

    def _sentence(self) -> str:
        text, *rest = self.dice.choice(self._sentences).split("{")
        plain = len(text)
        for part in rest:
            slot, after = part.split("}")
            text += self._fact(slot) + after
            plain += len(after)
        self.original += plain
        self.kept += plain
        return text

    def _fact(self, slot: str) -> str:
        self.facts += 1
        fact = self._made(self.dice, slot)
        hidden = self.dice.random() < self.lost
        self.gone += hidden
        self.original += len(fact)
        self.kept += 0 if hidden else len(fact)
        return self.dice.choice(self.masks) if hidden else fact


def _fact(dice: random.Random, slot: str) -> str:
    number = dice.randint(1, 9999)
    return {
        "number": str(number),
        "percent": f"{number / 100:.1f}",
        "date": f"{2010 + number % 15}年{1 + number % 12}月{1 + number % 28}日",
        "place": dice.choice(PLACES),
        "office": dice.choice(OFFICES),
        "person": dice.choice(FAMILIES) + dice.choice(GIVEN),
        "phone": f"0{number:03.0f}-{dice.randint(2000000, 8999999)}",
    }[slot]
