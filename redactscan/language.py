"""The language of a passage, by its script: enough to keep rules of one language out of text in another."""

from __future__ import annotations

SAMPLE = 120
"""Code points looked at in the head, the middle and the tail of a document."""

# First bytes of a character's UTF-8, or its first two, by script; counting bytes costs less than looking at characters.
_HAN = (b"\xe4", b"\xe5", b"\xe6", b"\xe7", b"\xe8", b"\xe9")
_KANA = (b"\xe3\x81", b"\xe3\x82", b"\xe3\x83")
_HANGUL = (b"\xea\xb0", b"\xea\xb1", b"\xea\xb2", b"\xea\xb3", b"\xeb", b"\xec", b"\xed")
_LETTERS = bytes(range(0x41, 0x5B)) + bytes(range(0x61, 0x7B))
_CYRILLIC = (b"\xd0", b"\xd1")


def language(passage: str) -> str:
    """Return "zh", "ja", "ko", "en" (any Latin or Cyrillic script) or "und" where no letter says anything.

    Kana and Hangul decide as soon as there are a few of them, since both languages also write Han characters.
    """
    data = passage.encode("utf-8", "replace")
    han, kana, hangul, cyrillic = (sum(map(data.count, firsts)) for firsts in (_HAN, _KANA, _HANGUL, _CYRILLIC))
    few = 2
    if kana > few and kana * 10 > han:
        return "ja"
    if hangul > few and hangul * 2 > han:
        return "ko"
    latin = len(data) - len(data.translate(None, _LETTERS)) + cyrillic
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
