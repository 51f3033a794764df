"""Ends of texts: those in mid-sentence are told from headings, captions, signatures and casual writing."""

from __future__ import annotations

import functools

import pytest

from redactscan import Scanner
from redactscan.ending import broken_off

EN = (
    "The harbour was built in two years, and the first ships came in the spring. Nobody had expected so many of them.\n"
    "The town paid for the lighthouse by itself. It stands on the rocks to the north, where the current is strong.\n"
    "In winter the road over the pass is closed, so that everything has to come by sea. Prices rise by a third.\n"
)
FR = (
    "Le port a été construit en deux ans, et les premiers navires sont arrivés au printemps. Nul ne s'y attendait.\n"
    "La ville a payé le phare elle-même. Il se dresse sur les rochers du nord, là où le courant est le plus fort.\n"
)
DE = (
    "Der Hafen wurde in zwei Jahren gebaut, und die ersten Schiffe kamen im Frühling. Niemand hatte das erwartet.\n"
    "Die Stadt bezahlte den Leuchtturm selbst. Er steht auf den Felsen im Norden, wo die Strömung am stärksten ist.\n"
)
ES = (
    "El puerto se construyó en dos años, y los primeros barcos llegaron en primavera. Nadie había esperado tantos.\n"
    "La ciudad pagó el faro por sí misma. Se alza sobre las rocas del norte, donde la corriente es más fuerte.\n"
)
RU = (
    "Порт построили за два года, и первые корабли пришли весной. Никто не ожидал, что их будет так много.\n"
    "Город сам оплатил маяк. Он стоит на скалах к северу от города, там, где течение сильнее всего и много туманов.\n"
)
KO = (
    "항구는 두 해 만에 지어졌고, 첫 배들은 봄에 들어왔다. 그렇게 많은 배가 올 줄은 아무도 몰랐다.\n"
    "등대는 시가 스스로 돈을 내어 세웠다. 물살이 가장 센 북쪽 바위 위에 서 있어 멀리서도 잘 보인다.\n"
)
JA = (
    "港は二年で造られ、春には最初の船が入ってきた。これほど多くの船が来るとは、だれも思っていなかった。\n"
    "灯台の費用は町が自ら負担した。流れのいちばん強い北の岩場に立っていて、遠くからもよく見える。\n"
)
ZH = (
    "港口用两年时间建成,第一批船只在春天到达,谁也没有想到会来这么多船。\n"
    "灯塔由全镇自己出钱修建,立在水流最急的北面礁石上,远远就能看见。\n"
    "冬天山路封闭,一切货物都要从海上运来,价格因此上涨三分之一。\n"
)

LAW = "".join(f"第{n}条 {line}\n\n" for n, line in zip("一二三四五六", (ZH * 2).splitlines(), strict=True))
PAGE = "".join(f"## {head}\n\n{line}\n\n" for head, line in zip(("港口", "灯塔", "山路"), ZH.splitlines(), strict=True))
MANUAL = (
    "Setting up\n\nThe pump stands in the cellar. It should be\nlevel, and its foot\ndry.\n\n"
    "Parts\n\nThe valve is on the left. Turn it with\nthe key that\ncomes along.\n\n"
)

CUT = {
    "mid-word": f"{EN}The council then turned to the question of the br",
    "after another sentence": f"{EN}The council met. It",
    "after another sentence, with space at the end": f"{EN}The council met on Friday. It turned to the \n\n",
    "a word that something must follow": f"{EN}Then came the",
    "a comma": f"{EN}In the second year of the war,",
    "a lone letter": f"{EN}The council w",
    "a word that stands longer elsewhere": f"{EN}Over the first shi",
    "lines broken to a width": EN.replace(", ", ",\n").replace("\n\n", "\n") + "\n" + EN.replace("\n", " ") + "And so",
    "one long paragraph": EN.replace("\n", " ") + "The council then turned to the question of",
    "before furniture": f"{EN}The council then turned to the question of the br\nShare on: Facebook WhatsApp",
    "fr": f"{FR * 2}Le conseil s'est ensuite penché sur la question du",
    "de": f"{DE * 2}Der Rat wandte sich dann der Frage zu, ob die Brü",
    "es": f"{ES * 2}El consejo pasó entonces a la cuestión del",
    "ru": f"{RU * 2}Затем совет перешёл к вопросу о том, как",
    "ko": f"{KO * 2}시의회는 이어서 다리를 새로 놓을 것인지, 아니면 낡은 다리를 고쳐 쓸 것인지를",
    "ko, a short text": "시의회는 금요일에 모여 다리 문제를 오래 논의했다. 이어서 항구를 넓히는 방안을 검토하고",
    "ja": f"{JA * 2}町議会は続いて、橋を新しく架けるか、古い橋を直して使うかという問題を",
    "ja, a short text": "港の橋で事故があり、三人がけがをした。町によると、この事故で船を運転していた",
    "zh": f"{ZH * 2}镇议会接着讨论桥的问题,是重新",
    "zh, a clause a line": ZH.replace("。", "。\n").replace(",", ",\n")
    + ZH * 2
    + "镇议会接着讨论桥的问题,是重新架设一座,还是把",
    "zh, at a title after a sentence": f"{ZH * 2}镇议会随后讨论了桥的问题。会议通过了《关于重修东桥的决定》",
    "zh, a short line on such a word": f"{ZH * 2}镇议会讨论了新桥的",
    "zh, a short line like none of the others": f"{ZH * 4}镇议会应当",
    "zh, a short line, in a longer text": f"{ZH * 7}降低泊位费",
    "zh, a comma after items that end in semicolons": "一是港口扩建和灯塔修缮;" * 4
    + f"\n{'二是灯塔修缮;' * 8}\n{ZH}镇议会接着讨论了桥的问题,",
    "zh, an article": f"{LAW}第七条 镇议会审查",
    "zh, an article with no text": f"{LAW}第七条",
    "zh, half the number of an article": f"{LAW}第",
    "zh, an item": f"{LAW.replace('第', '(').replace('条 ', ')')}(七)镇议会审查",
    "a heading with nothing under it": f"{PAGE}## 桥梁",
    "a paragraph of several sentences, among lists and headings": MANUAL * 3 + "The key is small. Keep it in a dry pl",
    "inside a link": f"{EN}[The council](https://example.org/coun",
    "inside a tag": f"{EN}<p>The council met.</",
    "zh, begun as others": f"{'本台消息(晚间报道):' + ZH * 2}" * 2 + "本台消息(晚间报",
}

ENDED = {
    "nothing": "",
    "a sentence": EN,
    "a quote": f"{EN}“Nobody had expected that.”",
    "a footnote": f"{EN}Nobody had expected that.*",
    "a heading": f"{EN}The second year",
    "a numbered heading": f"{EN}2.3 The second year of the war, and what came of it in the end",
    "a signature": f"{EN}Anna Berg, London",
    "a name and a day": f"{EN}\nThe people of the harbour\nMay 12, 1931",
    "a licence": f"{EN}This text is licensed under the terms of the licence that comes along",
    "a credit": f"{EN}Photo by the harbour office, with thanks to all who helped",
    "an address": f"{EN}Further letters are kept at https://example.org/letters",
    "a letter": f"{EN}Yours sincerely,\nAnna",
    "a table": f"{EN}ships\ttown\n12\tHarbour",
    "a code block": f"{EN}\n    run --all --the things\n    end",
    "a list without full stops": "- the harbour\n- the lighthouse, on the rocks\n- the road over the pass",
    "a comment with no full stop": "Great harbour. We went there with the kids and they liked it",
    "a sentence a line, some without a full stop": "\n".join(
        [*EN.split(". "), "They also have a good museum, and a café"]
    ),
    "ko, no full stops": f"{KO * 2}등대까지 걸어가면, 바다가 한눈에 보여서 정말 좋았어요",
    "ja, no full stops": f"{JA * 2}灯台まで歩くと、海が一目で見えて、とてもよかったです",
    "ja, a short text without its last full stop": "買って二週間で壊れた。店に電話しても、つながらない。仕方なく直した",
    "ja, a note behind a sentence": "送料は全国一律です。五個以上のお買い上げで無料となります。※沖縄・離島を除く",
    "ja, a word for search": f"{JA * 2}みなさん、いつもありがとうございます🙇 #感謝 #イラスト",
    "ko, talk": f"{KO * 2}다음에는 가족이랑 같이 오고 싶어요. 진짜 좋았음 ㅋㅋ",
    "ja, a letter": f"{JA * 2}寒くなりますので、どうぞお体を大切になさってくださいませ。 敬具",
    "fr, a letter": f"{FR * 2}Nous passerons tout le mois d'août près du port, comme l'an dernier. Ta cousine Marie",
    "es, a letter": f"{ES * 2}Pasaremos todo el mes de agosto cerca del puerto, como el año pasado. Un abrazo, Lucía",
    "ko, a letter": f"{KO * 2}추운 날씨에 모두 몸조심하시고, 봄에 다시 찾아뵙겠습니다. 김하늘 올림",
    "zh, a title alone": f"{ZH * 2}《关于重修东桥的决定》",
    "zh, the source of a text": f"{ZH * 2}来源:港口镇广播站。选自《港口年鉴》",
    "zh, a title where others end with one": ZH * 2
    + "镇议会花了整整两天时间讨论东边那座桥的修建办法和费用。见《东桥》\n" * 4
    + "散会了。见《东桥》",
    "zh, a signature": f"{ZH * 2}港口镇人民议会办公室",
    "zh, a signature after many lines": f"{ZH * 7}港口镇人民议会办公室",
    "zh, a day": f"{ZH * 7}港口镇\n1931年5月12日",
    "zh, a name": f"{ZH * 7}李明远",
    "zh, two names": f"{ZH * 7}镇长 李明远",
    "zh, thanks": f"{ZH * 7}谢谢大家",
    "zh, the usual words": f"{ZH * 7}特此公告",
    "zh, a source": f"{ZH * 7}来源:港口镇广播站",
    "zh, the titles of other pages": f"{ZH * 7}港口用两年建成\n灯塔由全镇出资修建",
    "zh, a heading without text, as others are": f"{LAW}一、灯塔\n{ZH}二、桥梁\n{ZH}三、山路",
    "zh, headings of another kind": "一、港口\n二、灯塔\n三、山路\n四、桥梁的修建",
    "headings that stand alone": f"{PAGE}## 桥梁\n\n## 附录",
    "a line for the editor": f"{EN}vim:tw=78:ts=8:noet:ft=help:norl:",
    "a rule under a paragraph": MANUAL * 3 + "It is small. Keep it dry - - - -",
    "poem": "登高望远处,\n山色有无中,\n故人何日归,\n江水向东流,",
    "zh, copies to": f"{ZH * 2}抄送:镇议会,港口管理处,灯塔管理处",
    "zh, credits": f"{ZH * 2}(记者 李明 摄影 王芳)",
}


@functools.cache
def scanner() -> Scanner:
    return Scanner()


@pytest.mark.parametrize("text", CUT.values(), ids=list(CUT))
def test_a_text_that_ends_in_mid_sentence_is_cut(text: str) -> None:
    assert [f.kind for f in scanner().scan(text).findings if f.kind != "boilerplate"] == ["truncation"]


@pytest.mark.parametrize("text", ENDED.values(), ids=list(ENDED))
def test_a_text_that_ends_is_left_alone(text: str) -> None:
    assert broken_off(text, len(text.rstrip())) is None
    assert scanner().scan(text).verdict in ("whole", "stub")
