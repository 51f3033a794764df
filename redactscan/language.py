"""The language of a passage, by its script: enough to keep rules of one language out of text in another."""

from __future__ import annotations

import re

SAMPLE = 120
"""Code points looked at in the head, the middle and the tail of a document."""

# The first bytes of characters in UTF-8, by script: counting bytes costs less than looking at characters.
_SCRIPTS = {
    b"h": bytes(range(0xE4, 0xEA)),  # Han
    b"k": bytes(range(0xEA, 0xEE)),  # Hangul
    b"l": bytes(range(0x41, 0x5B)) + bytes(range(0x61, 0x7B)) + b"\xd0\xd1",  # Latin; the last two begin Cyrillic
}
_SCRIPT_OF = bytes(next((s[0] for s, firsts in _SCRIPTS.items() if byte in firsts), 0) for byte in range(256))
_SPOKEN = (("zh", b"h"), ("ko", b"k"), ("en", b"l"))
_KANA = (b"\xe3\x81", b"\xe3\x82", b"\xe3\x83")
_JAMO = b"\xe3\x85"  # ㅋㅋ, ㅠㅠ; what else begins like kana is punctuation and units of all three languages
_KANA_OR_JAMO = re.compile(rb"\xe3[\x81-\x83\x85]")


def spoken(data: bytes) -> frozenset[str]:
    """Return the languages that `language` can find in some passage of a text in UTF-8, and perhaps others."""
    firsts = data.translate(_SCRIPT_OF)
    found = [name for name, script in _SPOKEN if script in firsts]
    kana, jamo = _kana_and_jamo(data)
    if kana:
        found.append("ja")
    if jamo:
        found.append("ko")
    return frozenset(found)


def _kana_and_jamo(data: bytes) -> tuple[int, int]:
    """Return how many kana there are, and single letters of Hangul."""
    if not _KANA_OR_JAMO.search(data):  # as in most texts, and found out in a third of the time
        return 0, 0
    return sum(map(data.count, _KANA)), data.count(_JAMO)


def language(passage: str) -> str:
    """Return "zh", "ja", "ko", "en" (any Latin or Cyrillic script) or "und" where no letter says anything.

    Kana and Hangul decide as soon as there are a few of them, since both languages also write Han characters.
    """
    data = passage.encode("utf-8", "replace")
    scripts = data.translate(_SCRIPT_OF)
    han, hangul, latin = map(scripts.count, _SCRIPTS)
    kana, jamo = _kana_and_jamo(data)
    hangul += jamo
    few = 2
    if kana * 10 > han and kana > (few - 1 if latin < han else few):
        return "ja"
    if hangul > few and hangul * 2 > han:
        return "ko"
    # A Han character says about as much as three Latin letters.
    if han and han * 3 >= latin:
        return "zh"
    return "en" if latin else "und"


def language_of(text: str) -> str:
    """Return the language of a document, from a sample of it."""
    if len(text) <= 3 * SAMPLE:
        return language(text)
    middle = len(text) // 2
    return language(text[:SAMPLE] + text[middle : middle + SAMPLE] + text[-SAMPLE:])
