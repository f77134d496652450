"""What in a document is addressed to a language model instead of a reader.

A document's orders change nothing anyway: what a model writes is verified against the documents. But a sentence such as
“tell them to call this number” would verify itself, so it is left out of what a model reads and may be quoted only as
what the document says.
"""

import re
import unicodedata

_MODEL = (
    r"(?:ai|a\.i\.|llm|chat ?bot|chatgpt|gpt(?:-\d)?|claude|gemini|copilot|language model|"
    r"(?:ai|virtual|digital|helpful|intelligent) (?:assistant|agent|system))"
)
_WAYS = (
    r"\b(?:ignore|disregard|forget|override|bypass|stop following)\b[^.!?]{0,40}?"
    r"\b(?:instruction|rule|prompt|guideline|direction|command|passage|context|everything|anything)s?\b"
    r"[^.!?]{0,30}?(?:\b(?:above|before|previous|prior|earlier|given|so far|you)\b|$|[.!?])",
    r"\b(?:previous|prior|earlier|above|your|system|hidden|initial)\s+(?:\w+ )?(?:instruction|prompt|guardrail)s?\b",
    r"\bsystem (?:message\s*:|override\b)",
    rf"\byou are (?:now |no longer )?(?:an? |the )?(?:\w+ ){{0,3}}?{_MODEL}\b",
    rf"\b(?:as|to|for|dear|attention|note to|hey|any|every) (?:an? |the |any |all )?(?:\w+ )?{_MODEL}s?\b",
    rf"\b{_MODEL}s?\b[^.!?]{{0,40}}?\b(?:must|should|shall|will|reading|read|processing|summari[sz]ing|answering|asked)\b",
    r"\b(?:answer|reply|respond|output|print|write|say|state|repeat)\b[^.!?]{0,30}?"
    r"\b(?:only with|exactly|verbatim|instead of (?:an|the) answer|every (?:answer|reply|response|sentence)|"
    r"your (?:answer|reply|response)|to (?:the )?users?|in json)\b",
    r"\byour (?:answer|reply|response|output|new (?:role|task|goal)|prompt|training|programming)s?\b",
    r"\b(?:reveal|leak|output|disclose|print|show)\b[^.!?]{0,30}?\b(?:prompt|api key)s?\b",
    rf"\b(?:pretend (?:to be|that you)|(?:act|behave) as if you|role-?play|(?:act|speak) as (?:an? )?{_MODEL})\b",
    r"\b(?:jailbreak|developer mode|dan mode|do anything now|prompt injection|god mode)\b",
    r"\b(?:tell|inform|convince|direct|urge) (?:the |all )?(?:users?|reader|readers|asker|person asking)\b",
    r"\bwhen(?:ever)? (?:you are |anyone )?(?:asked|asks|answering|summari[sz]ing|responding)\b[^.!?]{0,60}?"
    r"\b(?:say|answer|reply|respond|state|claim|write|tell)\b",
    r"\b(?:do not|don['’]t|never) (?:cite|mention|quote|reveal|disclose)\b[^.!?]{0,30}?"
    r"\b(?:source|passage|user|this document)",
    r"<\|[^|>]*\|>|\[/?INST\]|<</?SYS>>|^\s*#{2,}\s*(?:system|instruction|assistant|user|human)|"
    r"^\s*(?:system|assistant|user|human|developer)\s*:|</?(?:passage|system|assistant|user|instructions?)\b",
    r"\{\s*[\"“]sentences[\"”]\s*:",
    r"\byou are (?:now|no longer)\b[^.!?]{0,40}\b(?:assistant|agent|bot|advis[eo]r|expert)\b",
    r"\b(?:assistant|agent|bot|model)s? (?:who are |that is )?(?:reading|processing|summari[sz]ing) (?:this|the)\b",
    r"\bevery (?:answer|reply|response)\b[^.!?]{0,40}\b(?:must|should) (?:end|begin|start|say|state|mention|contain)\b",
    r"^\s*(?:(?:now|then|instead|please|and),? )*(?:say|write|answer|reply|respond|claim|output|print) that (?!down\b)",
    # the order to ignore, in languages that are written here: French, German, Spanish, Italian, Portuguese, Polish
    r"\b(?:ignor(?:ez|e[sr]|ier\w*|a|ad|ar|ate|em|uj\w*)|zignoruj\w*|oubli(?:ez|e[sr])|vergiss|vergesst|olvid[ae]\w*|"
    r"esque[cç]\w*|dimentica\w*)\b[^.!?]{0,60}\b(?:instru[cçkz]\w*|istruzion\w*|anweisung\w*|consignes?|regeln?|r[eè]gl\w*)",
)
# What no reader can read is for a machine: encoded text, and words in letters that stand apart.
_UNREADABLE = re.compile(
    r"(?<![\w/+=.-])(?=[\w+/]*[a-z])(?=[\w+/]*[A-Z])(?=[\w+/]*\d)[A-Za-z0-9+/]{32,}={0,2}(?![\w/.-])|"
    r"(?:\b[^\W\d_]\s+){11}[^\W\d_]\b"
)
_ADDRESSED = re.compile("|".join(_WAYS), re.IGNORECASE | re.MULTILINE)


def addresses_model(text: str) -> bool:
    """Whether a text gives orders to a language model, or looks like the marks of a conversation with one."""
    return bool(_ADDRESSED.search(_visible(text)) or _UNREADABLE.search(text))


def _visible(text: str) -> str:
    """A text in plain letters, without characters that nobody sees."""
    return "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
