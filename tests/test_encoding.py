"""Bytes to text: every encoding that is told apart, and what is no text."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redactscan import RedactscanError
from redactscan.document import NotText
from redactscan.document.encoding import HEAD, Bytes, decode

ZH = "会议指出,全市上下要抓好秋收秋种,确保颗粒归仓。\r\n各乡镇要把责任落实到村、到户、到人。\n"
TW = "市府昨日表示,將於下個月召開會議,討論有關老街保存與觀光發展的問題。\n"
JA = "この続きを読むには会員登録が必要です。町の図書館は来月から開館時間を延ばします。\n"
KO = "이 기사는 회원만 읽을 수 있습니다. 시청은 내년에 도서관을 새로 짓기로 했습니다.\n"
DE = "Die Größe des Gebäudes überraschte die Gäste, weil es von außen so klein wirkte.\n"
RU = "Городская библиотека сообщила, что в следующем месяце она откроется раньше обычного.\n"

READ = [
    ("ASCII", b"plain text\n", "plain text\n", "utf-8"),
    ("nothing", b"", "", "utf-8"),
    ("UTF-8", ZH.encode(), ZH, "utf-8"),
    ("UTF-8 with a mark", ZH.encode("utf-8-sig"), ZH, "utf-8-sig"),
    ("a mark and nothing else", codecs.BOM_UTF8, "", "utf-8-sig"),
    ("a mark in the text", "a\ufeffb".encode(), "a\ufeffb", "utf-8"),
    ("old line ends", b"a\r\nb\rc\n", "a\r\nb\rc\n", "utf-8"),
    ("controls of a terminal", b"\x1b[31mred\x1b[0m\n", "\x1b[31mred\x1b[0m\n", "utf-8"),
    ("UTF-16 LE with a mark", codecs.BOM_UTF16_LE + ZH.encode("utf-16-le"), ZH, "utf-16-le"),
    ("UTF-16 BE with a mark", codecs.BOM_UTF16_BE + ZH.encode("utf-16-be"), ZH, "utf-16-be"),
    ("UTF-32 LE with a mark", codecs.BOM_UTF32_LE + ZH.encode("utf-32-le"), ZH, "utf-32-le"),
    ("UTF-32 BE with a mark", codecs.BOM_UTF32_BE + ZH.encode("utf-32-be"), ZH, "utf-32-be"),
    ("UTF-16 LE", ZH.encode("utf-16-le"), ZH, "utf-16-le"),
    ("UTF-16 BE", ZH.encode("utf-16-be"), ZH, "utf-16-be"),
    ("UTF-16 LE in English", "Hello, world.\n".encode("utf-16-le"), "Hello, world.\n", "utf-16-le"),
    ("long UTF-16, cut within a pair", ("ab" + "ok 😀" * HEAD).encode("utf-16-le"), "ab" + "ok 😀" * HEAD, "utf-16-le"),
    ("GB 18030", ZH.encode("gb18030"), ZH, "gb18030"),
    ("GB 18030 with a mark", ("\ufeff" + ZH).encode("gb18030"), ZH, "gb18030"),
    ("GBK after much ASCII", b"word " * 20_000 + ZH.encode("gbk"), "word " * 20_000 + ZH, "gb18030"),
    ("a few words of GBK", "各乡镇要落实责任".encode("gbk"), "各乡镇要落实责任", "gb18030"),
    ("Big5", TW.encode("big5"), TW, "big5"),
    ("Shift JIS", JA.encode("cp932"), JA, "cp932"),
    ("EUC-JP", JA.encode("euc_jp"), JA, "euc_jp"),
    ("EUC-KR", KO.encode("cp949"), KO, "cp949"),
    ("Windows 1252", DE.encode("cp1252"), DE, "cp1252"),
    ("Windows 1251", RU.encode("cp1251"), RU, "cp1251"),
]


@pytest.mark.parametrize(("data", "text", "encoding"), [r[1:] for r in READ], ids=[r[0] for r in READ])
def test_text_is_read_as_what_it_is(data: bytes, text: str, encoding: str) -> None:
    assert decode(data)[:3] == (text, encoding, 0)


DAMAGED = [
    ("cut in a character", ZH.encode()[:-2], "utf-8", 2),
    ("one character, cut", "县".encode()[:-1], "utf-8", 2),
    ("two stray bytes in ASCII", b"hello \xff\xfe world", "utf-8", 2),
    ("one letter of Latin-1", b"a caf\xe9", "utf-8", 1),
    ("stray bytes in Chinese", ZH.encode().replace(b",", b"\xff\xfe\xfa"), "utf-8", 6),
    ("encoded surrogates", ZH.encode() + "\ud83d".encode("utf-8", "surrogatepass"), "utf-8", 3),
    ("GBK, cut in a character", ZH.encode("gbk")[:-3] + b"\xb5", "gb18030", 1),
    ("UTF-16 with a mark, cut", codecs.BOM_UTF16_LE + "市县".encode("utf-16-le")[:-1], "utf-16-le", 1),
]


@pytest.mark.parametrize(("data", "encoding", "invalid"), [d[1:] for d in DAMAGED], ids=[d[0] for d in DAMAGED])
def test_bytes_that_cannot_be_decoded_are_counted(data: bytes, encoding: str, invalid: int) -> None:
    document = decode(data)
    assert document[1:3] == (encoding, invalid)
    assert "\ufffd" in document.text


BINARY = [
    (b"%PDF-1.7\n", "binary (a PDF)"),
    (b"PK\x03\x04\x14\x00", "binary (a ZIP archive or an Office document)"),
    (b"\x1f\x8b\x08", "binary (gzip)"),
    (b"\x89PNG\r\n\x1a\n", "binary (a PNG picture)"),
    (b"\xff\xd8\xff\xe0", "binary (a JPEG picture)"),
    (b"\x7fELF\x02", "binary (an ELF program)"),
    (b"text\0", "binary (it has NUL bytes)"),
    (b"one.txt\0two.txt\0three.txt\0!", "binary (it has NUL bytes)"),
    (b"\0\1\2\3\4\5\6\7", "binary (it has NUL bytes)"),
    (bytes(range(1, 256)) * 8, "binary (it has control characters, and no encoding fits)"),
]


@pytest.mark.parametrize(("data", "reason"), BINARY, ids=[reason for _, reason in BINARY])
def test_what_is_no_text_is_refused_with_the_reason(data: bytes, reason: str) -> None:
    with pytest.raises(NotText) as refusal:
        decode(data)
    assert str(refusal.value) == reason


NAMED = [
    ("gbk", ZH.encode("gbk"), (ZH, "gbk", 0)),
    ("GB2312", ZH.encode("gb2312"), (ZH, "gb2312", 0)),
    ("utf8", ZH.encode("utf-8-sig"), (ZH, "utf-8", 0)),
    ("utf-16", ZH.encode("utf-16"), (ZH, "utf-16", 0)),
    ("utf-8", b"caf\xe9", ("caf\ufffd", "utf-8", 1)),
    ("latin-1", b"caf\xe9", ("café", "iso8859-1", 0)),
]


@pytest.mark.parametrize(("encoding", "data", "expected"), NAMED, ids=[name for name, _, _ in NAMED])
def test_the_encoding_that_the_user_names_is_used(encoding: str, data: bytes, expected: tuple[str, str, int]) -> None:
    assert decode(data, encoding)[:3] == expected


@pytest.mark.parametrize("data", [b"%PDF-1.7", b"a\0b"])
def test_binary_stays_binary_under_a_named_encoding(data: bytes) -> None:
    with pytest.raises(NotText):
        decode(data, "gbk")


@pytest.mark.parametrize("encoding", ["klingon", "base64", "rot13", "undefined", "\0"])
def test_an_unknown_encoding_is_refused(encoding: str) -> None:
    with pytest.raises(RedactscanError, match="no such encoding"):
        decode(b"text", encoding)


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_utf8_comes_back_whole(text: str) -> None:
    data = text.removeprefix("\ufeff").encode()
    assert decode(b"." + data)[:3] == ("." + text.removeprefix("\ufeff"), "utf-8", 0)


@given(st.binary())
def test_bytes_are_text_or_refused_and_nothing_else(data: bytes) -> None:
    try:
        document = decode(data)
    except NotText:
        return
    assert 0 <= document.invalid <= len(data)


# --- where the bytes are -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "encoding"), [(data, None) for _, data, *_ in READ + DAMAGED] + [(data, name) for name, data, _ in NAMED]
)
def test_each_character_is_where_its_bytes_are(data: bytes, encoding: str | None) -> None:
    decoded = decode(data, encoding)
    found = Bytes(data, decoded)
    codec = decoded.encoding.replace("utf-8-sig", "utf-8")
    spans = [found.span(n, n + 1) for n in range(len(decoded.text))]
    assert [data[slice(*span)].decode(codec, "replace") for span in spans if span] == list(decoded.text)


def test_a_codec_with_states_tells_no_bytes() -> None:
    data = JA.encode("iso2022_jp")
    assert Bytes(data, decode(data, "iso2022_jp")).span(0, 1) is None


@given(st.binary(max_size=200))
def test_bytes_of_anything_are_within_it_and_in_order(data: bytes) -> None:
    try:
        decoded = decode(data)
    except NotText:
        return
    found = Bytes(data, decoded)
    spans = [span for n in range(len(decoded.text)) if (span := found.span(n, n + 1))]
    assert all(0 <= a <= b <= len(data) for a, b in spans)
    assert spans == sorted(spans)


DECLARED = [
    ("what is declared", ZH.encode("gbk"), "GB2312", (ZH, "gb18030", None)),
    ("UTF-8 goes before it", ZH.encode(), "gb2312", (ZH, "utf-8", None)),
    ("a declaration of nothing known", DE.encode("cp1252"), "klingon", (DE, "cp1252")),
    ("Latin-1 is what browsers take for it", "“a”".encode("cp1252"), "ISO-8859-1", ("“a”", "cp1252", None)),
]


@pytest.mark.parametrize(("data", "declared", "expected"), [d[1:] for d in DECLARED], ids=[d[0] for d in DECLARED])
def test_a_declared_encoding_counts(data: bytes, declared: str, expected: tuple[str, ...]) -> None:
    decoded = decode(data, declared=declared)
    assert (decoded.text, decoded.encoding, decoded.confidence)[: len(expected)] == expected


def test_a_guess_says_how_sure_it_is() -> None:
    guessed, sure = decode(ZH.encode("gbk")), decode(ZH.encode())
    assert guessed.confidence is not None
    assert 0.5 < guessed.confidence <= 1
    assert sure.confidence is None
