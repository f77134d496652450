"""Text → the terms that lexical matching compares: folded, stemmed words and plain numbers."""

import re
import unicodedata
from functools import lru_cache

import Stemmer

STOP_WORDS = frozenset(
    (
        "a an and are as at be been being but by can could did do does for from had has have he her his how i if in "
        "into is it its me my no nor not of on or our s she should so such t than that the their them then there "
        "these they this those to too us very was we were what when where which who whom whose why will with would "
        "you your"
    ).split()
)
_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+")
_STEMMER = Stemmer.Stemmer("english")


@lru_cache(maxsize=4096)
def terms(text: str) -> tuple[str, ...]:
    """The terms of a text in order, stop words left out.

    Diacritics are folded (Temür matches Temur), possessives dropped, thousands separators removed (3,000 → 3000),
    words stemmed by the Porter2 algorithm (Snowball).
    """
    decomposed = unicodedata.normalize("NFKD", text)
    folded = "".join(c for c in decomposed if not unicodedata.combining(c)).lower()
    words = _WORD.findall(re.sub(r"['’]s\b", "", folded))
    kept = (word.replace(",", "") if word[0].isdigit() else word for word in words if word not in STOP_WORDS)
    return tuple(_STEMMER.stemWords(list(kept)))
