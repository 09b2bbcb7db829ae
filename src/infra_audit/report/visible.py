"""Audited text as a terminal may show it: nothing in it acts, all of it is seen."""

from __future__ import annotations

from collections.abc import Iterator

_TAB = "    "
_WIDE = ("W", "F")
_ENDS = (".", ":", "?", "!")
"""With what a line ends after which another may begin."""
_OPENS = ("", " ", "*", "-")
"""With what a line begins that does not go on with the one before."""
_ACTING = ("Cc", "Cf", "Cs", "Zl", "Zp")


def visible(text: str) -> str:
    """`text` in one line: tabs as spaces, whatever would act on a terminal as a picture or code."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(shown for shown, _ in cells(text))


def lines(text: str) -> list[str]:
    """The lines of a longer text, each made visible."""
    return [visible(line) for line in text.rstrip().split("\n")]


def wrapped(text: str, width: int) -> list[str]:
    """The same, each paragraph broken between words; what is indented is code and stays as it is."""
    broken: list[str] = []
    for line in _paragraphs(text):
        if len(line) <= width or line.startswith(" "):
            broken.append(line)
            continue
        row = ""
        for word in line.split(" "):
            if row and len(row) + 1 + len(word) > width:
                broken.append(row)
                row = word
            else:
                row = f"{row} {word}" if row else word
        broken.append(row)
    return broken


def _paragraphs(text: str) -> list[str]:
    """The lines of a text, those that go on in the middle of a sentence joined."""
    joined: list[str] = []
    for line in lines(text):
        goes_on = joined and joined[-1] and not joined[-1].startswith(" ")
        if goes_on and not joined[-1].endswith(_ENDS) and line[:1] not in _OPENS:
            joined[-1] += f" {line}"
        else:
            joined.append(line)
    return joined


def cells(text: str) -> Iterator[tuple[str, int]]:
    """For each code point what is shown for it, and how many columns of a terminal that takes."""
    if text.isascii():
        for character in text:
            yield (character, 1) if character.isprintable() else _ascii(character)
        return
    from unicodedata import category, combining, east_asian_width

    for character in text:
        if character < "\x80":
            yield (character, 1) if character.isprintable() else _ascii(character)
        elif category(character) in _ACTING:
            code = f"<U+{ord(character):04X}>"
            yield code, len(code)
        elif combining(character) or category(character) in ("Mn", "Me"):
            yield character, 0
        else:
            yield character, 2 if east_asian_width(character) in _WIDE else 1


def _ascii(character: str) -> tuple[str, int]:
    if character == "\t":
        return _TAB, len(_TAB)
    return ("␡" if character == "\x7f" else chr(0x2400 + ord(character))), 1


def sound(text: str) -> str:
    """`text` without halves of surrogate pairs: file names that are not UTF-8 bring them."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode(errors="replace").decode()
    return text
