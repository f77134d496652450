"""Signs that Word writes as a place in a font of symbols rather than as a character."""

SYMBOL = dict(
    zip(
        (*range(0x41, 0x5B), *range(0x61, 0x7B)),
        "ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖαβχδεφγηιϕκλμνοπθρστυϖωξψζ",
        strict=True,
    )
)
SYMBOL |= {code: chr(code) for code in range(0x20, 0x40)}
SYMBOL |= {0xA0: "€", 0xA2: "′", 0xA3: "≤", 0xA5: "∞", 0xAC: "←", 0xAD: "↑", 0xAE: "→", 0xAF: "↓", 0xB0: "°"}
SYMBOL |= {0x22: "∀", 0x24: "∃", 0x2A: "∗", 0x2D: "−", 0x40: "≅", 0x5B: "[", 0x5D: "]", 0x7B: "{", 0x7C: "|", 0x7D: "}"}
SYMBOL |= {0x7E: "∼", 0xB1: "±", 0xB2: "″", 0xB3: "≥", 0xB4: "×", 0xB6: "∂", 0xB7: "•", 0xB8: "÷", 0xB9: "≠"}
SYMBOL |= {0xBA: "≡", 0xBB: "≈", 0xBC: "…", 0xC7: "∩", 0xC8: "∪", 0xCE: "∈", 0xCF: "∉", 0xD5: "∏", 0xD6: "√"}
SYMBOL |= {0xD9: "∧", 0xDA: "∨", 0xDB: "⇔", 0xDE: "⇒", 0xE5: "∑", 0xF2: "∫"}
FONTS: dict[str, dict[int, str]] = {
    "symbol": SYMBOL,
    "wingdings": {0x6F: "☐", 0x71: "☐", 0x72: "☐", 0xA8: "☐", 0xFB: "✗", 0xFC: "✓", 0xFD: "☒", 0xFE: "☑"}
    | {0x6C: "●", 0x6E: "■", 0xA7: "▪", 0xDF: "←", 0xE0: "→", 0xE8: "→"},
    "wingdings 2": {0x4F: "✗", 0x50: "✓", 0x51: "☒", 0x52: "☑", 0x53: "☒", 0x54: "☒", 0xA3: "☐"},
}  # what counts in a text: comparisons, signs of arithmetic, Greek, ticks and boxes
PRIVATE = range(0xF000, 0xF100)  # where Word puts the places of such fonts


def symbol(font: str, code: str) -> str:
    """The character at a place in a font, given in hexadecimal; empty where it is an ornament, or no place."""
    try:
        number = int(code, 16)
    except ValueError:
        return ""
    signs = FONTS.get(font.lower())
    if signs is None and number not in PRIVATE:
        return chr(number) if number in range(0x20, 0xD800) else ""
    return (signs or {}).get(number - PRIVATE.start if number in PRIVATE else number, "")
