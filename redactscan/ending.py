"""How a text ends: as a sentence does, or in the middle of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import regex

from redactscan.language import language
from redactscan.lazy import Pattern

if TYPE_CHECKING:
    from collections.abc import Sequence

LONG = {"zh": 30, "ja": 30, "ko": 40}
"""Code points from which on a line is a paragraph and no heading, caption or signature ..."""

LONG_SPACED = 60
"""... in languages that write words apart with letters of their own."""

SHORT = 0.45
"""Share of that length from which on a line with a clause inside is one too, in a text of paragraphs."""

REACH = 20_000
"""Code points before the end from which is judged how paragraphs end."""

PROSE_SHARE = 0.8
"""Share of the other paragraphs that must end a sentence before an end without one means a cut."""

NEARLY = 0.96
"""... and share in a long text, where an end without one among many would be nothing new; one more is forgiven."""

PROSE = 4
"""Long lines' worth of whole sentences before a last line that is short, and so has less to say for itself."""

ALONE = 3
"""Times that length from which on a line is a paragraph that should end, whatever stands before it."""

SMALL_PRINT = 2
"""Times that length up to which a line may be small print, and ends as it likes."""

WORDS = 6
"""Code points from which on a line of Chinese that ends on such a word is no heading of a word or two."""

FORMULA, FORMULA_SPACED = 6, 7
"""Code points with which two other paragraphs begin, so that a line that begins with them is none of its own kind."""

ORDERLY, STRICT = 10, 20
"""Lines that end in punctuation, each of them but the headings, from which on a short last one that does not was cut;
without a word that only stands inside of sentences it takes more of them ..."""

STRAY = 30
"""... of which one in so many may be a stray."""

LEAST = 5
"""Code points of such a line, or words of it: fewer are a name."""

TALK = 4
"""Paragraphs of several sentences, which nearly all end one, so that one that does not was cut."""

SIBLINGS = 3
"""Lines with a mark of the same kind, all of which end in punctuation, so that one that does not was cut."""

BRIEF = 0.6
"""Share of a line's length from which on a text of Korean that goes on was cut, after a whole sentence."""

PARTING = 12
"""Code points up to which a last sentence of Japanese may be a word of farewell, in a text of one paragraph."""

_MID_SENTENCE = "the text ends in mid-sentence"
_AFTER_ANOTHER = "the text ends in mid-sentence, after others in the same paragraph"
_DANGLES = "the text ends on a word that something must follow"
_MID_WORD = "the text ends in mid-word"
_UNLIKE = "the text ends in a line without punctuation, unlike all others"
_BARE = "the text ends at a heading with nothing under it"
_ROW_CUT = "the text ends inside a row of a table"

_STOPS = frozenset("。！？!?….．।”\"’'」』）)》〉】]»›*_`|>~～")
"""Characters at the end of a sentence, or of what closes behind one."""

_FINAL = Pattern(
    r"(?:[다요까죠음함됨임기끝네듯]|[^까하]지|[거뭐]야|[할볼갈줄올을릴둘]게|추천|예정|올림|드림"
    r"|です|ます|した|ません|さい|敬具|敬白|拝具|謹言|草々|早々|かしこ"
    r"|[ねよわぞぜん]|か[なも]|けど|[うしみりいき]たい|ない|らしい|みたい|だろう|でしょう|と思う|しい|すぎる|なきゃ|じゃん|だな|だけ|予定|感じ|最高)\Z"
)
"""Words of Korean and Japanese that end a sentence, as where people write no full stops, or a letter."""

_OWN_END = Pattern(
    r"※[^。\n]{1,60}\Z|[#＃][\w·・]{1,30}\Z|[ぁ-んァ-ヶー一-鿿。！？!?]\s?[wWｗ笑草]{1,20}\Z|\(_ ?_\)m\Z|[ㅋㅎㅠㅜ]\Z"
)
"""What is said behind a sentence, and ends as it likes: a note, a word for search, laughter, a bow."""

_OPEN_JAPANESE = Pattern(
    r"(?:[をがはへ、，]|[一-鿿ァ-ヶー」](?:に|で|と|の|も)|(?:から|まで)の|による|という|として|ており|のため|[のこそあど]の[よた][うめ])\Z"
    r"|(?:によると|によれば|に対し|において|に関する|については|について|ため、|ており)[^。！？\n]{0,60}\Z"
)
"""How a sentence of Japanese ends that does not end there, or how one goes that is no talk."""

_OPEN_KOREAN = Pattern(
    r"(?:[가-힣](?:을|를|에서|에게|으로|으로써|고|며|면서|이며|지만|는지)"
    r"|위해|위한|대한|대해|통해|따라|따른|있는|하는|되는|했던|였던|인한|관한|이후|당시|및|또는) ?\Z"
)
"""The same in Korean, where the sentences before end in 다."""

_KANA = Pattern(r"[ぁ-ん]")

_KOREAN_SENTENCE = Pattern(r"(?<=[가-힣]{3})[.!?](?= |\Z)")

_COMMAS = frozenset("，,、")
_PAUSES = _COMMAS | frozenset(";；:：")
_ENDS = _STOPS | _PAUSES
_OPEN_END = Pattern(r"[\p{L}\p{M}\p{N}%％,，、;；:：\-–—“‘《（(]\Z")

# A sentence that ended, and then more: what no heading, caption or signature has.
_ANOTHER_SENTENCE = Pattern(
    r"[。！？][”」』）》]?[^\s。！？”’」』）)》】]"
    r"|(?:\p{Ll}{3}|\d%|[가-힣]{2})[.!?][”\"’»)]{0,2} +[“\"‘«(]?[\p{Lu}\p{Lo}]"
)
_CLAUSE = Pattern(r"[，,；;、](?!\d)|(?<=\p{Lo}.{3})[:：](?=[^\s:：]{8})")
_CLAUSE_SPACED = Pattern(r"(?<=\p{Ll}|[가-힣]), (?=\p{Ll}|[가-힣])")

_DANGLING = Pattern(
    r"[，、]\Z|(?<=\p{Lo}),\Z"
    r"|(?:(?<!目)的|(?<![温平缓饱谦总随共])和|(?<![参给赠])与|(?<![普涉危提触埃顾波])及|(?<![合一兼吞])并|把|被)\Z"
    r"|(?:[をが]|(?<!と)は)\Z"
)
"""Words of Chinese and Japanese that something must follow, at the end."""

_DANGLING_WORD = Pattern(
    r"(?<=\S\s\S{1,60}\s)(?:we|they|the|of|and|a|an|or|our|their|my|your|its|than|because|into|between|among|through"
    r"|from|with|whose"
    r"|is|are|was|were|been|be|has|this|these|those|which|such|very"
    r"|le|la|les|du|des|un|une|et|ou|que|qui|dans|pour|par|sur|avec|sans|dont|aux|ses|leurs?|cette"
    r"|der|den|dem|des|eine?|einer|eines|einem|und|oder|für|von|durch|dass|weil|seine|ihre"
    r"|el|los|las|del|y|o|en|con|por|para|sus|uno|al|como|desde|entre|hacia"
    r"|и|в|на|с|к|по|о|от|для|из|что|как|не|но|за|у|или|при|во|со|ко|без|под|над"
    r"|및|또는|그리고|위한|대한|통해|위해)\Z"
    r"|(?<=\S\s\S{1,60}\s\S{0,60})(?:(?<=[가-힣])(?:을|를|에서|에게|으로써)|(?<=\p{L}{2})[,\-–—])\Z"
)
"""The same in languages that write words apart, after two others. Words that also end a phrase (in, on, to, up) are not
among them."""

_DANGLING_ALONE = Pattern(
    r"[，、]\Z|(?<=\p{Lo}),\Z|[，,、；;：:。]\p{Han}{0,24}(?:(?<![温平缓饱谦总随共柔调])和|(?<![参给赠])与|(?<![普涉危提触埃顾波以])及|(?<![合一兼吞])并|[把被]"
    r"|(?<![大武麻主干中上少名小老战虎门])将|(?<![存现实自所正内好潜])在|(?<![即大天促行致])使|(?:对|关|基|鉴|至|位|处|属|由|等)于|因为|以及|或者|并且|而且|但是|通过|根据|按照|围绕|原来是|却是|只见|忽然|突然|随即又?|于是|不料|谁知|一边|加入|放入|使得|令人|让我|使我)\Z"
)
"""What must be followed even where nothing else shows how the writer ends sentences: a comma, a preposition."""

_SPEECH = Pattern(
    r"我(?![们国省市县区镇校院党军局厅部会司])|[你您咱俺啥咋吧呢啊哦嘛呀啦挺蛮]|很(?!大程度|多)|太(?![阳平原湖极子])|不错|感觉|觉得|有点|推荐|不好|便宜|好看|好吃|好用|喜欢|哈哈|呵呵"
    r"|[0-9一二两三四五六七八九]折|特价|包邮|促销|抢购|限时|现货|正品|私聊|微信"
    r"|[~～!！?？]{2}|。。"
)
"""What speech has, and the prose of offices and papers hardly."""

_CLOSING = Pattern(
    r"[吧呢啊哈呵哦呀嘛啦吗哟喽咯哎唉耶嘿嘻噢喔]\Z"
    r"|(?:[^为除罢末终受未到]了|不错|(?:挺|很|还|真|更|最|太|不|也|蛮|较|够)好|好[评用看吃玩听喝]|推荐|谢谢|多谢|感谢|满意|喜欢|方便|郁闷|失望|遗憾|值得|一般般?"
    r"|(?:还|才|就)行|即可|可以|不行|便宜|实惠|划算|加油|晚安|早安|好运|问题|而已|罢了|再说|算了|为止|难受|无语|没谁|给力|同上|如题|勿念)\Z"
    r"|(?:是|挺|蛮|够|不|没)[^，,。；;！!？?\s]{1,12}的\Z"
)
"""Words on which people end a last sentence of Chinese to which they give no stop."""

_ARTICLE = Pattern(
    r"(?<=\p{Ll}|,) (?:the|our|their|my|your|whose|les|une|cette|et|dans|des|dem|einem|einer|und|dass|zum|zur|vom"
    r"|el|los|las|или|чтобы|которы[йех]|которая|для|из)\Z"
    r"|(?<=\p{Ll}|,)(?<! букв\p{Ll}{1,2}| гласн\p{Ll}{2,3}| звук| через| после| перед) [ивск]\Z"
    r"|(?<=\p{Ll}|,) (?:(?:dans|sur|pour|avec|sous|chez) (?:la|le|une)|(?:de|en|con|por|para|sobre|entre) (?:la|una)"
    r"|cel(?:le|les|ui) de"
    r"|(?<!press|hit|alt|ctrl) del)\Z"
    r"|(?<=\p{Ll}|,) (?:(?:et|mais|pour|parce|afin|alors|y|ya) que|aunque)\Z"
    r"|(?<= (?:of|with|to|in|for|by|as|is|was|be|been|has|had|have|from|on|at|into|like|than)) an?\Z"
    r"|(?<=\p{Ll}{3}(?:ing|ed)) an?\Z"
    r"|(?<=\p{Ll},?) and\Z"
    r"|(?<=\p{Ll}) (?:its|than|because of|such as|according to)\Z"
)
"""Words on which nothing ends, not even a title or a line of a list. One letter of Russian may be spoken of."""

_PHRASE = Pattern(
    r"(?:, (?:and|or)|, which (?:is|are|was|were|has|have|can|will|may|would|could|should)"
    r"|\band that (?:it|they|he|she|we)"
    r"|\b(?:in|of|for|by|from|with|through) which|\b(?:such|as well) as|\bin order to|\baccording to"
    r"|\b(?:rather|other) than|\b(?:a|an|the) (?:\p{Ll}+ )?(?:rate|number|set|value|amount|series|length|variety"
    r"|majority|presence|existence|effects?|development) of)\Z"
)
"""The same of several words."""

_OPENER = Pattern(
    r"(?<=\p{Ll}{2}[.!?][”\"’»)]{0,2} )(?:The|An|In|On|At|This|That|These|Those|It|He|She|We|They|His|Her|Their|Our|Its"
    r"|As|For|From|With|When|If|But|And|However,|Although|After|Before|Because|While|By|To|Der|Die|Das|Ein|Eine|Er|Sie|Es"
    r"|Wir|Le|Les|Une?|Il|Elle|El|Los|Las|Una|В|На|И|Но|Он|Она|Это"
    r"|(?:The|In|On|At|As|For|From|With|When|If|But|And|Then|Next,|However,|Finally,|Also,|After|Before|Because|While|By"
    r"|To|Although|Since|So|First,) (?:the|an?|we|they|our|their|its|this|these|of))\Z"
)
"""The first word or two of a sentence, with nothing of the sentence behind them."""

_ITEM = Pattern(r"\A[ \t]{0,8}(?P<number>[1-9][0-9]?)(?P<mark>[.)、．])\Z")
"""The number of an item, with no item."""

FULL = 25
"""Code points of an item that is a sentence, and no name in a list in which people write theirs."""

_BOLD = Pattern(
    r"(?:\n[ \t]*(?:[-*+•]|\d{1,2}[.)]) \*\*[^*\n]{1,80}\*\*[^\n]*)(?:\n[^\n]*){0,8}?"
    r"\n[ \t]*(?:[-*+•]|\d{1,2}[.)]) \*\*[^*\n]{0,80}\Z"
)
"""An item whose bold beginning is closed, and a last one whose is not."""

_HEAD = Pattern(r"\n[ \t]*\|[^\n]*\|[ \t]*\n[ \t]*\|(?: ?:?-{2,40}:? ?\|){2,20}\Z")
"""The head of a table, with no row."""

_ROW = Pattern(r"(?:\n[ \t]*\|[^\n]*\|[ \t]*){2}\n[ \t]*\|[^\n]*[^|\n]\Z")
"""Two rows of a table that are closed, and a last one that is not."""

_LONE_LETTER = Pattern(r"(?<!\d) [b-df-hj-np-tvwxzbcdfghjklmnpqrstvwxz]\Z")

FILLED = 0.7
"""Share of the widest line that the others of a paragraph have, if it is broken to a width; but for the last."""

_HEADING = Pattern(r"[#>$|\\\[=]|\.\.|\d{1,2}\.\d|\p{Lu}\.\d|第[\s\d一二三四五六七八九十百]{1,5}[章节節]|[-*+•·] ")

_WRITER = Pattern(
    r"[.!?…»”\"] ?[—–] ?(?:\p{Lu}[\p{Ll}.]+[ ,]{0,2}){1,4}\Z"
    r"|[.!?…] (?:Tu|Ton|Ta|Deine?|Votre|Ihre?|Твой|Твоя|Ваша?)(?: \p{Ll}+)?,? \p{Lu}\p{Ll}+\Z"
    r"|\b(?i:abrazos?|besos?|saludos?|cariño|grüße|gruß|bises|bisous|amitiés|amicalement|cordialement|baisers|уважением|любовью"
    r"|приветом|целую|обнимаю|love|regards|cheers)(?: \p{Ll}+){0,3},\s"
    r"(?:\p{Lu}[\p{Ll}.]+ ?(?:(?:y|et|und|и|and) )?){1,3}\Z"
)
"""The name of who wrote a letter, in the line of its last sentence."""

_ADDRESS = Pattern(r"(?:://[^\n]*|(?:@|www\.)\S*|\t\S[^\n]*)\Z")

_MARK = Pattern(
    r"第[\d〇零一二三四五六七八九十百千]{1,7}[章节節条條款编編項项]|[（(【]?(?:\d{1,3}|[一二三四五六七八九十]{1,3}|[a-zA-Z])[)）】、．](?!\d)"
    r"|\d{1,3}\.(?![\d.])|[①-⑳]|[-*+•·] |(?P<hashes>#{1,6}) "
)
"""The mark of a heading, an article or an item of a list."""

_NUMERALS = str.maketrans(dict.fromkeys("0123456789０１２３４５６７８９〇零一二三四五六七八九十百千"))

_WITHIN = Pattern(
    r"[的了着是在将把被从使由应须已及或但而且则还又也都就要让并对为以与和向、，]|不(?!锈)|可以|能够|进一步|通过|根据"
)
"""What stands inside of sentences, and hardly in the names and places below a text."""

_SIGNATURE = Pattern(
    r"\d{4}\s?年|[〇零一二三四五六七八九十]{4}年|\d月\d|\A\S{1,12}[ \u3000]+\S{1,12}\Z"
    r"|(?:委员会|委|局|厅|部|院|室|公司|中心|协会|学会|大学|学校|处|科|会|社|银行|集团|政府|组|站|所|馆|报|网|台|团|店|厂|班|省|市|县|区|镇|乡|村"
    r"|敬礼|敬上|谨启|启|完|终|此致|谢谢大家?|摄|图|文|注|敬请关注|特此[公通报函]?[告知复]|以上|略)\Z"
)

_SIGNED = Pattern(
    r"[。！？][ \u3000]?(?:\p{Han}|[0-9A-Za-z（）()]){2,16}"
    r"(?:委员会|公司|中心|学校|大学|小学|中学|幼儿园|物业|管理处|服务处|办公室|居委会|村委会|业委会|[班宣启])\Z"
)
"""A signature in the line of what it signs, as in short messages."""

_THANKS = Pattern(
    r"(?i)\b(?:thanks|thank you|thx|cheers|regards)"
    r"(?:[ ,]+(?:in advance|again|so much|very much|a lot|all|everyone|guys))?(?:[ ,]+[\w.]+){0,2}\Z"
)
"""How people end what they ask in a forum."""

_MODELINE = Pattern(r"(?:\b(?:vim?|ex):|-\*-.*-\*-|\bLocal Variables:)")
"""What editors read."""

_PROGRAM = Pattern(
    r"(?:[)\]}'\">]|\breturn [\w.]+|\b(?:break|continue|endl|return))\s?;(?:\s{0,4}//[^\n]*)?\Z|\A(?:import"
    r"|from) [\w.]+(?:,| import)"
    r"|\A(?:sudo|apt(?:-get)?|brew|pip3?|npm|yarn|git|cd|curl|wget|docker|make|gcc|g\+\+|python3?|java|javac"
    r"|export|echo) [\w./~-]+(?: [^ ]+)*\Z(?<!\p{Han})"
    r"|[ ](?:--?[a-zA-Z][\w-]*(?:[ =]|\Z)|(?:&&|\|\||<<|>>|=|==|:=|->|=>)[ ])"
    r"(?![^\n]*(?:\b(?:the|is|are|was|that|which)\b|\p{Han}))|[\w}]_\{|\\\(\w\w\Z|^(?:DEBUG|INFO"
    r"|WARN|ERROR)\b|\w\([^()\n]*\)[;{]?\Z|(?:\A|\n)\W?(?:\d{4}[-/])?\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d[^\n]*\Z"
)
"""A line of a program, a command, a log, or a formula: it ends as it likes."""

_COLOPHON = Pattern(
    r"(?i)\A\W{0,3}(?:copyright|posted|filed|tags?|categor\w+|photo\w*|credits?|image|source|translated|edited|written"
    r"|(?:last )?(?:updated|modified)|published|report(?:ed by|ing by| an? )|(?:title|this page) is|contact"
    r"|e-?mail|phone|tel|fax|address|sincerely"
    r"|(?:kind|best|warm) regards|yours|signed|share|tweet|print|subscribe|follow us|sign up|related"
    r"|(?:\d{1,4} )?(?:comments?|reply)"
    r"|next|previous|home|read|see also|this entry|about the|key ?words|(?:fig(?:ure)?|table)[.]? \d|p\.? ?s\b"
    r"|edit:|hope this helps"
    r"|thanks? (?:you )?for|in witness whereof|this work (?:is|was) supported|from a (?:talk|speech|paper|lecture)"
    r"|(?-i:(?!The )\p{Lu}\p{Ll}+ \p{Lu}\p{Ll}+) (?:is (?:a|an|the)|covers|writes|lives|teaches|works|reports)"
    r"|foto\w*|quelle|schlag(?:wörter|worte)|abbildung|tabelle|stand:|öffnungszeiten|gez\.|herzliche|liebe grüße"
    r"|ganz liebe|mit (?:freundlich|herzlich|best)\w+"
    r"|(?:der )?eintritt|weitere (?:infos?|informationen)|für die richtigkeit|bis (?:bald|dann)"
    r"|mots-clés|crédits?|partage[rz]|en savoir plus|voir aussi|lire aussi|retrouve[rz]|article (?:mis|publié)"
    r"|fait à|entrée (?:libre|gratuite)|renseignements?"
    r"|ouvert|à bientôt|pour extrait|lu et approuvé|vu pour|bonne|vive|\d{1,4} commentaires?|p\.-s"
    r"|fuente|publicad[oa]|etiquetas|palabras clave|comparte|más información|lea también|ver también|horario"
    r"|entrada (?:libre|gratuita)|un (?:saludo|abrazo)"
    r"|atentamente|feliz|\d{1,4} comentarios?|lo que manda"
    r"|фото|источник|автор|теги|редактор|ключевые слова|поделиться|подробнее|читайте|опубликован\w*|вход"
    r"|с уважением|приятного|председательствующ\w+|ваш[аеи]?)(?!\p{L})"
    r"|©|\(c\)|all rights|licen[cs]ed? under|courtesy of|reporting (?:by|from)|droits réservés|rechte vorbehalten"
    r"|права защищены"
    r"|[|]|\p{L}\.(?:com|org|net|cn|html?)\b"
    r"|(?:上一|下一)[页頁级]|起始页|目录|次へ|戻る|다음|이전|版权所有|著作権|無断|저작권|무단"
    r"|\A\W{0,3}(?:[图圖図表] ?\d|Q ?Q|参考文献)"
    r"|希望[^，。]{0,12}帮助|评论区|感谢(?:阅读|观看|收看)|下期再?见|再见(?!到)|祝(?:大家|各位|您|你们)|点赞|收藏"
    r"|全体(?:成员|同仁|员工)"
    r"|(?:电话|地址|邮编|邮箱|网址|链接|来源|编辑|编审|责编|校对|记者|作者|摄影|撰稿|供稿|通讯员|联系人|版权|转载|标签|关键词|抄送|主送|附件|附"
    r"|答案|命令|電話|住所|写真|記者|著者|編集|コメント欄|출처|기자|사진|연락처)\s?[:：/]|コメント欄|よいお年を"
)
"""What stands on the lines below a text: they end as they like."""


class _Paragraphs(NamedTuple):
    """The last paragraph of a text, how many long ones stand before it, and those of them that end a sentence."""

    last: str
    long: int
    ended: list[str]

    @property
    def are_prose(self) -> bool:
        """Whether paragraphs end sentences here: nearly all in a long text, most in a short one."""
        pauses = _COMMAS if _end(self.last) in _COMMAS else _PAUSES
        if _end(self.last) in pauses and sum(1 for p in self.ended if _end(p) in pauses) > self.long / 2:
            return False
        return len(self.ended) >= max(PROSE_SHARE * self.long, NEARLY * self.long - 1)

    @property
    def sentences(self) -> int:
        """Code points of whole sentences, those before the end of the last paragraph too."""
        inside = max((m.start() for m in _ANOTHER_SENTENCE.finditer(self.last)), default=0)
        return inside + sum(map(len, self.ended))


def broken_off(text: str, end: int) -> str | None:
    """Return what shows that the text that ends at `end` breaks off in mid-sentence, or None where it does not.

    The end of the last paragraph is held against the ends of the others: where they end sentences, and it does not, and
    it is no heading, caption or signature, the text was cut.
    """
    start = max(0, end - REACH)
    if text[end - 1 : end] == "》":
        return _unlike_sentences(text[start:end])
    if _is_bare(text, start, end):
        return _MID_SENTENCE
    if not _OPEN_END.search(text, max(0, end - 1), end) or _FINAL.search(text, max(0, end - 4), end):
        return None
    if _OWN_END.search(text, max(0, end - LONG_SPACED), end):
        return None
    tongue = language(text[max(0, end - 2 * LONG_SPACED) : end])
    long = LONG.get(tongue, LONG_SPACED)
    tail = text[start:end]
    spaced = tongue not in ("zh", "ja")
    return (
        _unlike_paragraphs(tail, long, spaced=spaced)
        or _unlike_talk(tail, long)
        or _unlike_lines(tail, spaced=spaced)
        or _open_line(tail)
        or (_ROW_CUT if _ROW.search("\n" + tail) else None)
    )


def _is_bare(text: str, start: int, end: int) -> bool:
    """Say whether a text ends in a mark with no item, in an item whose bold beginning is open, or a table's head."""
    # All but the last line is cut out only where that line asks for it, as in hardly any text.
    last = text[max(start, text.rfind("\n", start, end) + 1) : end]
    if "|" in last or "**" in last:
        return (_HEAD if "|" in last else _BOLD).search("\n" + text[start:end]) is not None
    if (mark := _ITEM.search(last)) and (number := int(mark["number"]) - 1):
        before = rf"(?:\A|\n)[ \t]{{0,8}}{number}{regex.escape(mark['mark'])}[^\n]{{{FULL},}}\n"
        return regex.search(before, text[start:end]) is not None
    return False


def _open_line(tail: str) -> str | None:
    """Return why the last line is not whole, whatever the others are: it ends on an article, or begins a sentence."""
    last = tail[tail.rfind("\n") + 1 :]
    if _OPENER.search(last):
        return _AFTER_ANOTHER
    dangles = len(last) >= LONG_SPACED and (_ARTICLE.search(last) or _PHRASE.search(last))
    return _DANGLES if dangles and not _PROGRAM.search(last) else None


def _unlike_sentences(tail: str) -> str | None:
    """Return why a last paragraph that ends in a title (》) after a sentence is not whole: all others end sentences."""
    *others, last = [line.strip() for line in tail.split("\n") if line.strip()]
    long = [line for line in others if len(line) >= LONG["zh"]]
    if len(long) < SIBLINGS or not all(line.endswith(("。", "！", "？")) for line in long):
        return None
    return _AFTER_ANOTHER if _ANOTHER_SENTENCE.search(last) and not _is_colophon(last, LONG["zh"]) else None


def is_prose(paragraph: str) -> bool:
    """Say whether a paragraph is as long as one of prose is, and ends as a sentence does."""
    long = LONG.get(language(paragraph[: 2 * LONG_SPACED]), LONG_SPACED)
    return len(paragraph) >= long and _end(paragraph) in _STOPS


def _unlike_paragraphs(tail: str, long: int, *, spaced: bool) -> str | None:
    """Return why the last paragraph is not the whole of one, as the long ones before it are."""
    for separator in ("\n", "\n\n"):  # one line each; or lines broken to a width
        here = _paragraphs(tail, separator, long)
        if here.are_prose:
            if not _is_filled(here.last) or _is_colophon(here.last, long):
                return None
            return _spaced_reason(here, long) if spaced else _unspaced_reason(here, long)
    return None


def _unlike_talk(tail: str, long: int) -> str | None:
    """Return why the last paragraph, of several sentences, is not whole: the others of several sentences are."""
    for separator in ("\n", "\n\n"):
        *others, last = tail.replace("\r\n", "\n").split(separator)
        last = " ".join(last.split())
        if last[-1:] == "-" or _is_colophon(last, long) or not _ANOTHER_SENTENCE.search(last):
            continue
        talk = [p for p in (" ".join(p.split()) for p in others) if _ANOTHER_SENTENCE.search(p)]
        if len(talk) >= TALK and sum(map(_ends, talk)) >= NEARLY * len(talk):
            return _AFTER_ANOTHER
    return None


def _unlike_lines(tail: str, *, spaced: bool) -> str | None:
    """Return why the last line is not the whole of one, where all others end in punctuation, however short they are."""
    lines = [line.strip() for line in tail.split("\n") if line.strip()]
    *others, last = lines
    if _ADDRESS.search(last) or _COLOPHON.search(last) or _MODELINE.search(last) or _PROGRAM.search(last):
        return None
    mark = _MARK.match(last)
    siblings = _siblings(others, mark[0]) if mark else []
    if mark and mark["hashes"]:
        followed = all(not line.startswith("#") for i in siblings for line in lines[i + 1 : i + 2])
        return _BARE if len(siblings) >= SIBLINGS and followed else None
    if not all(_ends(others[i]) for i in siblings):
        return None  # headings
    cut = len(siblings) >= SIBLINGS or _is_half_mark(others, last) or _is_disorderly(others, last, spaced=spaced)
    return _UNLIKE if cut else None


def _is_disorderly(others: Sequence[str], last: str, *, spaced: bool) -> bool:
    """Say whether the last line is no heading, name or place, and ends in no punctuation, as all others do."""
    if spaced:
        if len(last.split()) < LEAST or not _is_sentence_case(last):
            return False
    elif len(last) < LEAST or _SIGNATURE.search(last):
        return False
    ended = [_ends(line) for line in others if _ends(line) or not _MARK.match(line)]
    ended = ended[ended.index(True) :] if True in ended else []  # titles and names before the first sentence
    if len(ended) < ORDERLY or not ended[-1] or ended.count(False) > len(ended) // STRAY:
        return False
    return spaced or len(ended) >= STRICT or bool(_WITHIN.search(last[1:]))


def _end(line: str) -> str:
    """Return the last character of a line that is not blank."""
    return line.rstrip()[-1:]


def _ends(line: str) -> bool:
    return _end(line) in _ENDS


def _siblings(lines: Sequence[str], mark: str) -> list[int]:
    """Return which lines begin with a mark of the same kind."""
    kind = mark.translate(_NUMERALS)
    return [i for i, line in enumerate(lines) if (m := _MARK.match(line)) and m[0].translate(_NUMERALS) == kind]


def _is_half_mark(others: Sequence[str], last: str) -> bool:
    """Say whether the last line is the beginning of a mark that other lines have whole."""
    kind = last.translate(_NUMERALS)
    if kind not in ("第", "(", "（"):
        return False
    whole = [m[0] for line in others if (m := _MARK.match(line))]
    return sum(1 for mark in whole if mark.startswith(kind)) >= SIBLINGS


def _paragraphs(text: str, separator: str, long: int) -> _Paragraphs:
    *others, last = text.replace("\r\n", "\n").rstrip().split(separator)
    paragraphs = [p for p in others if len(p.strip()) >= long and _is_filled(p.strip())]
    # Where each clause has its line, a line that ends in a pause is no worse than another; but as the last it is cut.
    ends = [_ends(p) for p in paragraphs]
    head = ends.index(True) if True in ends else 0  # titles and names before the first sentence
    return _Paragraphs(last.strip(), len(ends) - head, [p for p, ended in zip(paragraphs, ends, strict=True) if ended])


def _is_filled(paragraph: str) -> bool:
    """Say whether the lines of a paragraph are as long as they can be: those of lists, code and headings are not."""
    *lines, last = paragraph.split("\n")
    if _HEADING.match(last):
        return False
    widest = max(map(len, lines), default=LONG_SPACED)
    return widest >= FILLED * LONG_SPACED and all(len(line) >= FILLED * widest and line[:1].isalnum() for line in lines)


def _is_colophon(last: str, long: int) -> bool:
    return bool(
        _ADDRESS.search(last)
        or _WRITER.search(last)
        or _MODELINE.search(last)
        or _PROGRAM.search(last)
        or _THANKS.search(last)
        or (len(last) < SMALL_PRINT * long and _COLOPHON.search(last))
    )


def _unspaced_reason(here: _Paragraphs, long: int) -> str | None:
    """Return why the last paragraph of Chinese or Japanese, which ends no sentence, is not the whole of one."""
    last, prose = here.last, here.sentences >= PROSE * long
    if _is_talk(here, prose=prose):
        return None
    chinese = not _KANA.search(last)
    if chinese and ((not prose and not _is_formal(here, long)) or (not here.ended and _CLOSING.search(last))):
        return _DANGLES if len(last) >= long and _DANGLING_ALONE.search(last) else None
    if _ANOTHER_SENTENCE.search(last) and (prose or len(last) >= long):
        return None if _SIGNED.search(last) else _AFTER_ANOTHER
    if len(last) >= (long * SHORT if prose else long) and _CLAUSE.search(last):
        return _MID_SENTENCE
    if prose and len(last) >= WORDS and _DANGLING.search(last):
        return _DANGLES
    return _MID_SENTENCE if prose and _is_formula(here, FORMULA) else None


def _is_formal(here: _Paragraphs, long: int) -> bool:
    """Say whether a writer of Chinese who has not written much yet would end the last sentence with a stop.

    Headlines, names of goods and short messages have none at all; who speaks often leaves out the last one.
    """
    last = here.last
    if _CLOSING.search(last) or _SPEECH.search(last):
        return False
    return here.sentences > 0 or len(last) >= ALONE * long or "、" in last


def _spaced_reason(here: _Paragraphs, long: int) -> str | None:
    """Return the same in languages that write words apart, where people leave out the last full stop of a few words."""
    last = here.last
    if here.sentences < PROSE * long and len(last) < ALONE * long:
        return _AFTER_ANOTHER if len(last) >= long * BRIEF and _is_open_korean(last) else None
    if _ANOTHER_SENTENCE.search(last):
        return _AFTER_ANOTHER
    if len(last) >= long * SHORT and (_CLAUSE_SPACED.search(last) or _is_sentence_case(last)):
        return _MID_SENTENCE
    if _DANGLING_WORD.search(last):
        return _DANGLES
    if _LONE_LETTER.search(last) or _is_half_word(here):
        return _MID_WORD
    return _MID_SENTENCE if _is_formula(here, FORMULA_SPACED) else None


def _is_talk(here: _Paragraphs, *, prose: bool) -> bool:
    """Say whether a text is short and Japanese, where people leave out the last full stop, and may end as it does."""
    last = here.last
    if not _KANA.search(last) or _OPEN_JAPANESE.search(last):
        return False
    return not prose or (not here.ended and len(last) - last.rfind("。") <= PARTING)


def _is_open_korean(last: str) -> bool:
    """Say whether the last sentence of a short text goes on, and those before it are written ones."""
    ends = [last[m.start() - 1] for m in _KOREAN_SENTENCE.finditer(last)]
    return bool(ends) and set(ends) == {"다"} and bool(_OPEN_KOREAN.search(last))


def _is_sentence_case(line: str) -> bool:
    """Say whether most words begin small, as in a sentence, and not as in a title."""
    words = [word for word in line.split() if word[0].isalpha()]
    return sum(1 for word in words if word[0] == word[0].lower()) > len(words) * 0.6


def _is_half_word(here: _Paragraphs) -> bool:
    """Say whether the last two words stand elsewhere in the text with more letters, and never as they are."""
    words = here.last.split()[-2:]
    if len(words) < 2 or not words[-1].isalpha():  # noqa: PLR2004 - two
        return False
    pattern = regex.compile(rf"\b{regex.escape(' '.join(words))}(\p{{Ll}}?)")
    following = [m[1] for p in [*here.ended, here.last[:-1]] for m in pattern.finditer(p)]
    return bool(following) and all(following)


def _is_formula(here: _Paragraphs, length: int) -> bool:
    """Say whether the last paragraph begins as others do that go on."""
    opening = here.last[:length]
    return len(opening) == length and sum(1 for p in here.ended if p.lstrip().startswith(opening)) > 1
