from __future__ import annotations

import pytest

from infra_audit.documents.shell.script import parse
from infra_audit.documents.shell.syntax import Case, Command, Literal, Parameter, Word
from infra_audit.flow import conditions
from infra_audit.flow.standing import NONZERO
from infra_audit.source.text import Text

# In these `a` is "a", `n` is 3, `e` is empty and nothing is known of `u`, nor of what `$z` holds but
# that it is the status of a failure. The truths of what is known are those of bash 5.2.
KNOWN = {"a": "a", "n": "3", "e": "", "z": NONZERO}

TESTS: dict[str, tuple[str, bool | None, bool]] = {
    "equal texts": ('[ "$a" = a ]', True, False),
    "texts that differ": ('[ "$a" = b ]', False, False),
    "texts that do not differ": ('[ "$a" != a ]', False, False),
    "two equals signs": ('[ "$a" == a ]', True, False),
    "without quotes": ("[ $a = a ]", True, False),
    "without quotes and empty": ("[ $e = a ]", None, True),
    "an empty text": ('[ -z "$e" ]', True, False),
    "a text that is not empty": ('[ -n "$a" ]', True, False),
    "a text alone": ('[ "$a" ]', True, False),
    "an empty text alone": ('[ "$e" ]', False, False),
    "nothing": ("[ ]", False, False),
    "test without brackets": ('test "$a" = a', True, False),
    "a bracket that is missing": ('[ "$a" = a', None, True),
    "a negation": ('[ ! "$a" = a ]', False, False),
    "equal numbers": ("[ $n -eq 3 ]", True, False),
    "a smaller number": ("[ $n -lt 3 ]", False, False),
    "a number that is at least so great": ("[ $n -ge 3 ]", True, False),
    "a text for a number": ('[ "$a" -eq 3 ]', False, True),
    "an and": ('[ "$a" = a -a $n = 4 ]', False, False),
    "an or": ('[ "$a" = b -o $n = 3 ]', True, False),
    "a file": ("[ -f /nowhere ]", None, False),
    "an operator that there is not": ('[ "$a" is a ]', None, True),
    "an unknown text": ('[ "$u" = a ]', None, False),
    "an unknown text without quotes": ("[ $u = a ]", None, True),
    "an unknown number": ('[ "$u" -eq 3 ]', None, True),
    "an unknown and a false": ('[ "$u" = a -a "$a" = b ]', False, False),
    "an unknown or a true": ('[ "$u" = a -o "$a" = a ]', True, False),
    "a pattern": ("[[ $a == [a-c]* ]]", None, False),
    "a star": ("[[ $a == a* ]]", True, False),
    "a star that does not fit": ("[[ $a == b* ]]", False, False),
    "a star in quotes": ('[[ $a == "a*" ]]', False, False),
    "an empty text in double brackets": ("[[ -z $e ]]", True, False),
    "an empty text without quotes": ("[[ $e == a ]]", False, False),
    "a regular expression": ("[[ $a =~ a ]]", None, False),
    "a double and": ("[[ $a == a && $n -eq 3 ]]", True, False),
    "a double or": ("[[ $a == b || $n -eq 3 ]]", True, False),
    "parentheses": ("[[ ( $a == a ) ]]", None, False),
    "a failure is not 0": ('[ "$z" -eq 0 ]', False, False),
    "a failure differs from 0": ('[ "$z" -ne 0 ]', True, False),
    "a failure is more than 0": ('[ "$z" -gt 0 ]', True, False),
    "a failure is not known": ('[ "$z" -eq 1 ]', None, False),
    "a failure as a text": ('[ "$z" = 1 ]', None, False),
}


def read(word: Word) -> str | None:
    """What a word expands to."""
    if word.literal is not None:
        return word.literal
    texts: list[str] = []
    for part in word.parts:
        value = part.text if isinstance(part, Literal) else None
        if isinstance(part, Parameter):
            value = KNOWN.get(part.name)
        if value is None:
            return None
        texts.append(value)
    return "".join(texts)


@pytest.mark.parametrize(("text", "truth", "odd"), TESTS.values(), ids=TESTS)
def test_what_a_test_comes_to(text: str, truth: bool | None, odd: bool) -> None:
    (command,) = parse(Text("x.sh", text + "\n"), "file", interpreter="bash").statements
    assert isinstance(command, Command)
    verdict = conditions.tested(command.words, read)
    assert (verdict.truth, verdict.odd) == (truth, odd)


PATTERNS: dict[str, tuple[str, str | None, bool | None]] = {
    "the same text": ("abc", "abc", True),
    "another text": ("abc", "abd", False),
    "a star": ("a*", "abc", True),
    "a star in the middle": ("a*d", "abc", False),
    "a question mark": ("ab?", "abc", True),
    "a star alone and an unknown text": ("*", None, True),
    "a text and an unknown text": ("abc", None, None),
    "a star in quotes": ('"a*"', "abc", False),
    "a variable in quotes": ('"$a"', "a", True),
    "an unknown variable": ('"$u"', "a", None),
    "a class": ("[ab]*", "abc", None),
    "an extended pattern": ("@(abc|abd)", "abc", None),
    "a failure": ("0", NONZERO, None),
}


@pytest.mark.parametrize(("pattern", "text", "fits"), PATTERNS.values(), ids=PATTERNS)
def test_whether_a_pattern_fits(pattern: str, text: str | None, fits: bool | None) -> None:
    source = Text("x.sh", f"case x in {pattern}) ;; esac\n")
    (statement,) = parse(source, "file", interpreter="bash").statements
    assert isinstance(statement, Case)
    assert conditions.matches(text, statement.clauses[0].patterns[0], read) is fits
