"""Facts that survive in a text: numbers, dates, names, counted by coarse patterns of each slot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redactscan.lazy import compiled
from redactscan.record import SlotCount

if TYPE_CHECKING:
    from collections.abc import Mapping

ALWAYS = ("number", "place", "person")
"""Slots whose facts count in every document with holes: whoever hides facts hides these. That nobody hid a date says
little of the rest ..."""

SLIP = 0.3
"""... and so do those of another slot of which one alone is hidden, and that is less than this share: a slip."""

_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_TITLES = "同志|先生|女士|主席|总书记|总理|部长|书记|省长|市长|县长|院士|教授|博士"
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖"
    "贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤习"
)
_REGIONS = (
    "北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|青海"
    "|台湾|广西|西藏|宁夏|新疆|内蒙古"
)
_CITIES = (
    "深圳|广州|杭州|南京|武汉|成都|西安|苏州|厦门|青岛|大连|宁波|长沙|郑州|济南|合肥|福州|昆明|哈尔滨|沈阳|长春|石家庄|太原|南昌|南宁|海口"
    "|贵阳|兰州|西宁|银川|拉萨|乌鲁木齐|呼和浩特|雄安|喀什|三亚|珠海|无锡|佛山|东莞|温州|泉州|烟台|常州|徐州|洛阳|桂林|香港|澳门"
)
_PLACES = (
    "Beijing|Shanghai|Tianjin|Chongqing|Hebei|Shanxi|Liaoning|Jilin|Heilongjiang|Jiangsu|Zhejiang|Anhui|Fujian"
    "|Jiangxi|Shandong|Henan|Hubei"
    "|Hunan|Guangdong|Guangxi|Hainan|Sichuan|Guizhou|Yunnan|Shaanxi|Gansu|Qinghai|Ningxia|Xinjiang|Tibet"
    "|Hong Kong|Macao|Macau|Taiwan"
    "|Wuhan|Guangzhou|Shenzhen|Nanjing|Chengdu|Japan|Korea|India|Russia|Germany|France|Britain|England|Scotland"
    "|Ireland|Italy|Spain|Canada"
    "|Australia|Brazil|Mexico|Egypt|Iran|Iraq|Israel|Ukraine|Poland|Turkey|London|Paris|Berlin|Moscow|Tokyo"
    "|Seoul|Delhi|Washington|New York"
    "|Chicago|Boston|Los Angeles|San Francisco|California|Texas|Florida|Europe|Africa|Asia"
)
_GIVEN = r"[^\P{Lo}委省市县国党家副部院会局总贯领在是向负任协]"
"""A character of a given name: not one of an office (俄罗斯总理, 董事局主席) or of the words before it."""

_MEASURES = (
    "个名家项件场次人套户座处条种类辆艘架株栋幢枚颗棵支台批位份所层部篇门期岁度倍万亿米吨亩元斤克公千平立毫厘小分角個項條輛棟億萬"
    r"\p{Hangul}\p{Katakana}\p{Hiragana}%％℃‰"
)
"""Those that a gap is seen before. Not 多, 余, 天, 只, which are whole without a number."""

_UNITS = (
    "percent|percentage|per cent|million|billion|trillion|thousand|hundred|yuan|dollars?|euros?|pounds?|people"
    "|persons?|years?|months?|days?"
    "|hours?|minutes?|weeks?|hectares?|acres?|kilomet(?:er|re)s?|met(?:er|re)s?|square|cubic|km|mi|miles?|feet"
    "|ft|tons?|tonnes?|kg|kilograms?"
    "|grams?|mg|ml|households?|families|students?|patients?|children|villages?|towns?|projects?|provinces?"
    "|cities|countries|counties|units?"
    "|cases?|members?|employees?|workers?|soldiers?|times|points?|degrees?|schools?|houses?|pages?|seats?|votes?"
    "|copies|inhabitants"
    "|Prozent|Millionen|Milliarden|Euro|Jahren?|Monaten?|Tagen?|Stunden|Minuten|Personen|Menschen|Einwohner"
    "|Kilometer|Meter|Tonnen"
    "|pour cent|milliards?|ans?|mois|jours?|heures?|personnes?|hommes|femmes|enfants|habitants?|kilomètres?"
    "|mètres?|tonnes?"
    "|por ciento|millones|años?|mes(?:es)?|días?|horas?|personas?|niños|habitantes|kilómetros?|metros?|toneladas?"
    r"|процент\w*|тыс\w*|млн|млрд|миллион\w*|миллиард\w*|рубл\w*|человека?|лет|год\w*|месяц\w*|дн\w*|час\w*|км"
    r"|метр\w*|тонн\w*"
)

_PATTERNS: dict[str, str] = {
    "date": r"[\d〇一二三四五六七八九十]{1,4}年(?:[\d一二三四五六七八九十]{1,2}月)?(?:[\d一二三四五六七八九十]{1,2}日)?"
    r"|[\d一二三四五六七八九十]{1,2}月[\d一二三四五六七八九十]{1,2}日|\d{1,2}[月日号时点]|\b\d{4}-\d\d-\d\d\b"
    rf"|\b(?:{_MONTHS}) \d{{1,2}}(?:, \d{{4}})?\b|\b\d{{1,2}} (?:{_MONTHS})(?: \d{{4}})?\b",
    # A count of something: before a measure, a unit or a sign of percent. A bare 3 may number a list.
    "number": rf"(?<![A-Za-z\d.\-:/第〔\[$,])\d(?:[\d,.]*\d)?(?=[{_MEASURES}]|[ -](?:{_UNITS})\b)"
    r"|[一二三四五六七八九十百千]{2,}(?=[个名家项件场次户人台辆条座所套种倍])",
    "place": rf"(?:{_REGIONS}|{_CITIES})(?=[省市县区自特])"
    rf"|\b(?:{_PLACES})\b|(?<=\b(?:in|at|from|near) )(?!{_MONTHS})\p{{Lu}}\p{{Ll}}+(?: \p{{Lu}}\p{{Ll}}+)?",
    "person": rf"(?!(?<=学)习|(?<=俄)罗)[{_SURNAMES}]{_GIVEN}{{1,2}}(?=(?:{_TITLES}))"
    r"|\b(?:Mr|Mrs|Ms|Dr|President|Premier|Minister|Senator|Professor)\.? \p{Lu}\p{Ll}+",
    "organization": r"(?<=[一-鿿]{2})(?:公司|集团|大学|医院|研究院|研究所|委员会|协会|学院)",
    "name": r"《[^》\n]{1,40}》",
    # An address is looked for where its first letter can be, not at every letter of a long word.
    "contact": r"(?:(?<![\w.+-])|\G)[\w.+-]++@[\w-]+\.[\w.]+|\b\d{7,18}\b",
}
"""What counts as a fact that is still there, by slot: as coarse as the rules that find the holes."""


def counts(text: str, holes: Mapping[str, int]) -> dict[str, SlotCount]:
    """Return, for a document with so many `holes` by slot, how many facts of each slot are there and how many are not.

    Holes of which nobody can tell what they hide (a black bar) are in a slot of their own, in which nothing is filled.
    """
    if not holes:
        return {}
    out = {}
    for slot, pattern in _PATTERNS.items():
        fact = compiled(pattern)
        if slot == "date":  # the digits of a date are no numbers besides
            text, filled = fact.subn("", text)
        else:
            filled = len(fact.findall(text)) if slot in holes or slot in ALWAYS else 0
        if holes.get(slot) or (filled and slot in ALWAYS):
            out[slot] = SlotCount(filled, holes.get(slot, 0))
    return out | {slot: SlotCount(0, missing) for slot, missing in holes.items() if slot not in _PATTERNS}


def shown(slot: str, count: SlotCount) -> int:
    """Return how many of the facts of a slot that are there count: none where they are not what is hidden."""
    slip = count.missing < min(2, SLIP * (count.filled + count.missing))
    return 0 if slip and slot not in ALWAYS else count.filled


def share(slots: Mapping[str, SlotCount]) -> float:
    """Return the share of facts that are there, over all slots together; 1 where no fact was counted."""
    filled = sum(shown(slot, count) for slot, count in slots.items())
    missing = sum(count.missing for count in slots.values())
    return round(filled / (filled + missing), 4) if filled + missing else 1.0
