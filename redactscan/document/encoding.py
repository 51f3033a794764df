"""Bytes to text: which encoding, what could not be decoded, and at which byte each character stands."""

from __future__ import annotations

import bisect
import codecs
from typing import NamedTuple

from redactscan.document.outcome import NotText
from redactscan.errors import RedactscanError


class Decoded(NamedTuple):
    """A text, whole and untouched (line ends are kept), without a byte order mark.

    `encoding` is a name that Python's codecs know; "utf-8-sig" is UTF-8 that began with a byte order mark. `invalid`
    counts the bytes that could not be decoded; U+FFFD stands in their place. `confidence`, from 0 to 1, is that of an
    encoding that was guessed; None for one that the bytes or the user name.
    """

    text: str
    encoding: str
    invalid: int = 0
    confidence: float | None = None


# The marks of UTF-32 begin with those of UTF-16, so they come first.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8", "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32-le", "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030", "gb18030"),
)

_MAGIC = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive or an Office document"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document"),
    (b"\x1f\x8b", "gzip"),
    (b"BZh91AY&SY", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"(\xb5/\xfd", "Zstandard"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF87a", "a GIF picture"),
    (b"GIF89a", "a GIF picture"),
    (b"II*\x00", "a TIFF picture"),
    (b"MM\x00*", "a TIFF picture"),
    (b"\x7fELF", "an ELF program"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"PAR1", "Parquet"),
)

_GUESSES = ("gb18030", "big5", "cp932", "euc_jp", "cp949", "cp1252", "cp1251", "cp1250")
"""Encodings that a text is tried for; of those that fit equally well, the first. All of them keep ASCII as it is."""

_CONTROLS = bytes({*range(32), 127} - {*b"\t\n\v\f\r\x1b"})

_WIDER = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
}
"""Codecs of what is declared, and the wider ones that it is written in."""

HEAD = 8192
"""Bytes in which a NUL says that a file is binary."""

MOSTLY, HARDLY = 0.5, 0.01
"""Shares of ASCII and punctuation from which bytes with NULs are UTF-16: where they are UTF-8 too, and where not."""

SAMPLE = 65536
"""Bytes from which an encoding is guessed."""

LEAST = 3
"""Bytes that are not UTF-8 from which an encoding is guessed at all: fewer are taken for damage."""

TOLERANCE = 0.05
"""Share of a sample that an encoding may leave undecoded and still be the guess: a cut end, a few damaged bytes."""


def decode(data: bytes, encoding: str | None = None, declared: str | None = None) -> Decoded:
    """Return the text of `data`: read as `encoding` where one is given, else as its bytes say.

    In this order: a byte order mark, UTF-16 without one, UTF-8, what is `declared` in the document or beside it, UTF-8
    with a few bad bytes, the encoding that fits best, and UTF-8 again. UTF-8 goes before what is declared because
    pages are converted to it and keep their old declaration, and other encodings are next to never valid UTF-8. Raises
    NotText for what is no text, and RedactscanError for an unknown `encoding`.
    """
    for magic, what in _MAGIC:
        if data.startswith(magic):
            raise NotText(f"binary ({what})")
    confidence = None
    if encoding:
        codec = label = known(encoding)
    elif marked := _marked(data):
        codec, label = marked
    elif b"\0" in data[:HEAD]:
        codec = label = _wide(data[:HEAD]) if len(data) % 2 == 0 else "utf-8"
    else:
        try:
            return Decoded(data.decode("utf-8"), "utf-8")
        except UnicodeDecodeError as error:
            codec, confidence = _not_utf8(data, error, _alias(declared))
            label = codec
    if b"\0" in data[:HEAD] and not codec.startswith(("utf-16", "utf-32")):
        raise NotText("binary (it has NUL bytes)")
    try:
        text, invalid = data.decode(codec), 0
    except UnicodeDecodeError:
        text = data.decode(codec, "replace")
        invalid = max(1, len(data) - len(_without_invalid(data, codec)))
    return Decoded(text.removeprefix("\ufeff"), label, invalid, confidence)


def known(encoding: str) -> str:
    """Return the codec of an encoding that the user names; raise RedactscanError where there is none."""
    try:
        codec = codecs.lookup(encoding).name
        "".encode(codec)  # fails for base64 and its like, which are codecs and no text encodings
    except (LookupError, ValueError):
        raise RedactscanError(
            f"--encoding {encoding}: no such encoding; utf-8, gb18030, big5 and cp1252 are some"
        ) from None
    return codec


def _marked(data: bytes) -> tuple[str, str] | None:
    return next(((codec, label) for mark, codec, label in _MARKS if data.startswith(mark)), None)


def _alias(declared: str | None) -> str | None:
    """Return the codec that browsers take for a declared encoding, None for one that is not known."""
    if declared is None:
        return None
    try:
        codec = known(declared)
    except RedactscanError:
        return None
    return _WIDER.get(codec, codec)


def _not_utf8(data: bytes, error: UnicodeDecodeError, declared: str | None) -> tuple[str, float | None]:
    """Return the codec of data that is not UTF-8 throughout, and how sure that is where it was guessed."""
    if declared not in (None, "utf-8"):
        return declared, None
    return ("utf-8", None) if _is_utf8(data, error) else _guess(_sample(data, error.start))


def _without_invalid(data: bytes, codec: str) -> bytes:
    return data.decode(codec, "ignore").encode(codec, "ignore")


def _wide(head: bytes) -> str:
    """Return the form of UTF-16 that bytes with NULs are in, and "utf-8" where they look like none."""
    plain, codec = max((_plainness(head, name), name) for name in ("utf-16-be", "utf-16-le"))
    # Text with a NUL here and there can pass for UTF-16 too, as odd characters; but it is UTF-8 as well.
    needed = MOSTLY if _without_invalid(head, "utf-8") == head else HARDLY
    return codec if plain >= needed else "utf-8"


def _plainness(head: bytes, codec: str) -> float:
    """Return the share of ASCII and Chinese punctuation in a text; 0 where it holds characters that no text has."""
    text = head.decode(codec, "replace")
    strange = sum(c == "\ufffd" or not (c.isprintable() or c.isspace()) for c in text)
    plain = sum(" " <= c <= "~" or c in "\t\r\n\u3000、。，" for c in text)
    return plain / len(text) if strange <= len(text) / 100 else 0.0


def _is_utf8(data: bytes, error: UnicodeDecodeError) -> bool:
    """Say whether data with an error in it is UTF-8 all the same.

    It is where only the end is cut, where so few bytes are bad that they name no other encoding, and where most bytes
    beyond ASCII are good: in text of another encoding, next to none happen to be.
    """
    if error.reason == "unexpected end of data":
        return True
    around = data[max(0, error.start - SAMPLE // 2) : error.start + SAMPLE // 2]
    bad = len(around) - len(_without_invalid(around, "utf-8"))
    beyond = len(around.translate(None, bytes(range(128))))
    return bad < LEAST or 3 * bad <= beyond


def _sample(data: bytes, first: int) -> bytes:
    """Return the part of `data` that tells its encoding: from before its first byte that is not UTF-8."""
    start = 0
    if first > SAMPLE // 2:
        # No second byte of a character is below "0" in any of the guesses, so a line or a word begins here.
        start = max(data.rfind(byte, first - SAMPLE // 2, first) + 1 for byte in b"\n \t") or first
    return data[start : start + SAMPLE]


def _guess(sample: bytes) -> tuple[str, float | None]:
    """Return the encoding that a sample fits best, and how well from 0 to 1; UTF-8 where it fits none.

    Each encoding is judged by charset-normalizer, on what is left without the bytes that it cannot decode: alone, the
    library refuses all of a text for one bad byte. The least unlikely text wins, the languages it recognises decide
    between equals, and between equals again the order of `_GUESSES`.
    """
    from charset_normalizer import from_bytes  # noqa: PLC0415 - 25 ms, and most files are UTF-8

    fits = []
    for order, name in enumerate(_GUESSES):
        clean = _without_invalid(sample, name)
        lost = len(sample) - len(clean)
        if lost > max(1, TOLERANCE * len(sample)):
            continue
        match = from_bytes(clean, cp_isolation=[name], threshold=0.4).best()
        if match:
            fits.append((round(match.chaos + lost / len(sample), 2), -round(match.coherence, 1), order, name))
    if fits:
        chaos, *_, best = min(fits)
        return best, round(1 - chaos, 2)
    match = from_bytes(sample).best()
    if match is None and len(sample.translate(None, _CONTROLS)) < len(sample) * (1 - TOLERANCE):
        raise NotText("binary (it has control characters, and no encoding fits)")
    if match is None:
        return "utf-8", 0.0
    return codecs.lookup(match.encoding).name, round(1 - match.chaos, 2)


# --- where the bytes are -----------------------------------------------------------------------------------------

STEP = 4096
"""Code points from one known place to the next."""

_SIZED = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}
"""Codecs that write a mark of their own, and those of the same size that write none."""


class Bytes:
    """Offsets in a text to offsets in the bytes that it was decoded from, those of a byte order mark counted."""

    def __init__(self, data: bytes, decoded: Decoded) -> None:
        self._text = decoded.text
        self._codec = _SIZED.get(decoded.encoding, decoded.encoding)
        # Known places, as two lists that go up together: the start, what is around bad bytes, and each STEP.
        self._at: list[int] = []
        self._bytes: list[int] = []
        try:
            self.known = self._measure(data, decoded)
        except UnicodeError:
            self.known = False  # some codecs read what they do not write

    def _measure(self, data: bytes, decoded: Decoded) -> bool:
        mark = next((len(m) for m, codec, label in _MARKS if data.startswith(m) and self._codec in (codec, label)), 0)
        at, byte = 0, mark
        for start, end in [*_bad(data[mark:], self._codec, decoded.invalid), (len(data) - mark,) * 2]:
            good = data[byte : mark + start].decode(self._codec)
            self._walk(at, byte, good)
            at, byte = at + len(good) + (end > start), mark + end
        return at == len(self._text) and self._codec not in _STATEFUL

    def _walk(self, at: int, byte: int, good: str) -> None:
        for step in range(0, len(good) + 1, STEP):
            self._at.append(at + step)
            self._bytes.append(byte)
            byte += len(good[step : step + STEP].encode(self._codec))

    def span(self, start: int, end: int) -> tuple[int, int] | None:
        """Return the bytes of `text[start:end]`, half-open; None where the encoding does not tell."""
        return (self._offset(start), self._offset(end)) if self.known else None

    def _offset(self, at: int) -> int:
        near = bisect.bisect(self._at, at) - 1
        return self._bytes[near] + len(self._text[self._at[near] : at].encode(self._codec))


_STATEFUL = ("utf-7", "hz", "iso2022_jp", "iso2022_jp_1", "iso2022_jp_2", "iso2022_kr", "punycode", "idna")
"""Codecs in which the size of a character depends on those before it."""


def _bad(data: bytes, codec: str, invalid: int) -> list[tuple[int, int]]:
    """Return the ranges of bytes that cannot be decoded; for each of them U+FFFD stands in the text."""
    found: list[tuple[int, int]] = []

    def note(error: UnicodeError) -> tuple[str, int]:
        if not isinstance(error, UnicodeDecodeError):
            raise error
        found.append((error.start, error.end))
        return "\ufffd", error.end

    if invalid:
        codecs.register_error("redactscan-note", note)
        data.decode(codec, "redactscan-note")
    return found
