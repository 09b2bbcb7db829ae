from __future__ import annotations

import pytest

from infra_audit.report.visible import sound, visible, wrapped


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("a\tb", "a    b"),
        ("日本 é", "日本 é"),
        ("\x1b]0;x\x07", "␛]0;x␇"),
        ("\x7f\r\n", "␡␍␊"),
        ("a\u200bb\u2028", "a<U+200B>b<U+2028>"),
        ("\udcff", "<U+DCFF>"),
    ],
)
def test_what_would_act_is_shown(text: str, expected: str) -> None:
    assert visible(text) == expected


def test_lines_are_broken_between_words_and_code_is_left_alone() -> None:
    text = "one two three four\n    npm ci --omit=dev --no-audit\nunbreakable-word"
    assert wrapped(text, 9) == [
        "one two",
        "three",
        "four",
        "    npm ci --omit=dev --no-audit",
        "unbreakable-word",
    ]


def test_the_lines_of_a_paragraph_are_joined_before_they_are_broken() -> None:
    text = "What was\nnot meant\nis down.\nNext one:\n    npm ci\n\nLast,\nat last"
    assert wrapped(text, 12) == [
        "What was not",
        "meant is",
        "down.",
        "Next one:",
        "    npm ci",
        "",
        "Last, at",
        "last",
    ]


def test_halves_of_pairs_are_replaced() -> None:
    assert sound("a\ud800b") == "a?b"
    assert sound("é") == "é"
