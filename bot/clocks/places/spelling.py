"""How a place is spelled so that it can be looked up: lower case, without accents, hyphens or dots."""

from __future__ import annotations

import re
import unicodedata

LONGEST_NAME = 64
FLAG = "flag"
"""What stands before the letters of a country that was typed as its flag."""
_FLAG, _REGIONAL_A = "[\U0001f1e6-\U0001f1ff]{2}", 0x1F1E6 - ord("a")
_LETTERS = {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i", "ə": "a", "ƣ": "g"}
_ARABIC = {"ي": "ی", "ى": "ی", "ك": "ک", "ة": "ه", "ـ": ""}
_APOSTROPHES = dict.fromkeys("'’‘ʻʼ`´ʹʾʿ\u200b\u200c\u200d\u200e\u200f", "")
_SEPARATORS = dict.fromkeys("_-‐‑–—−./()[]:・·،、，", " ")
_LOOKALIKES = str.maketrans("aceopxykmthb", "асеорхукмтнв")
_CYRILLIC = "[\u0400-\u04ff]"
_FOLDED = str.maketrans({**_LETTERS, **_ARABIC, **_APOSTROPHES})
_APART = str.maketrans(_SEPARATORS)
_INITIALS = r"(?<![^ ])[^\W\d_]\.(?: ?[^\W\d_]\.)+(?![^ ,)])|(?<![^ ])[^\W\d_](?:\.[^\W\d_])+(?![^ ,)])"


def folded(text: str) -> str:
    """Lower case, no accents, single spaces, initials in one (``u.s.a.``); cut where it is too long for a name."""
    words = text[:LONGEST_NAME].casefold()
    if not words.isascii():
        words = re.sub(
            _FLAG, lambda flag: f" {FLAG}{''.join(chr(ord(half) - _REGIONAL_A) for half in flag[0])} ", words
        )
        decomposed = unicodedata.normalize("NFKD", words.translate(_FOLDED))
        words = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
        words = unicodedata.normalize("NFC", words).translate(_FOLDED)
        if re.search(_CYRILLIC, words):  # a Latin o among Cyrillic letters looks like theirs
            words = words.translate(_LOOKALIKES)
    if "." in words:
        words = re.sub(_INITIALS, lambda initials: re.sub(r"[. ]", "", initials[0]), words)
    return " ".join(words.replace("'", "").split())


def normal(text: str) -> str:
    """As names stand in the table: ``folded``, with a space for whatever joins or ends words."""
    return " ".join(folded(text).translate(_APART).split())
