from __future__ import annotations

import pytest

from infra_audit.flow.arithmetic import evaluate

# `n` is 3, `m` is 0, and nothing is known of `u`. Values and variables are those of bash 5.2.
KNOWN = {"n": 3, "m": 0, "?": 7}

VALUES: dict[str, tuple[str, int | None, dict[str, int | None]]] = {
    "a number": ("5", 5, {}),
    "a variable": ("n", 3, {}),
    "a variable with a dollar": ("$n", 3, {}),
    "a variable in braces": ("${n}", 3, {}),
    "the status": ("$? + 1", 8, {}),
    "products before sums": ("1 + 2 * 3", 7, {}),
    "parentheses": ("(1 + 2) * 3", 9, {}),
    "from left to right": ("7 - 2 - 1", 4, {}),
    "a division towards zero": ("-7 / 2", -3, {}),
    "a remainder with the sign of the dividend": ("-7 % 2", -1, {}),
    "a comparison": ("n > 2", 1, {}),
    "a comparison that fails": ("n <= 2", 0, {}),
    "an equality": ("n == 3", 1, {}),
    "an inequality": ("n != 3", 0, {}),
    "a negation": ("!n", 0, {}),
    "two signs": ("- -n", 3, {}),
    "a plus": ("+n", 3, {}),
    "an and": ("n && m", 0, {}),
    "an or": ("n || m", 1, {}),
    "an and of what follows a comparison": ("n > 2 && n < 4", 1, {}),
    "an assignment": ("x = n + 1", 4, {"x": 4}),
    "an assignment of an assignment": ("x = y = 2", 2, {"x": 2, "y": 2}),
    "an addition to a variable": ("n += 2", 5, {"n": 5}),
    "a product for a variable": ("n *= 2", 6, {"n": 6}),
    "a step before": ("++n", 4, {"n": 4}),
    "a step behind": ("n++", 3, {"n": 4}),
    "a step down": ("--m", -1, {"m": -1}),
    "a step down behind": ("m--", 0, {"m": -1}),
    "a step and its value": ("n++ + n", 7, {"n": 4}),
    "an unknown variable": ("u + 1", None, {}),
    "an unknown variable that is stepped": ("u++", None, {"u": None}),
    "an unknown value that is assigned": ("x = u", None, {"x": None}),
    "what surely happens behind an and": ("n && (x = 2)", 1, {"x": 2}),
    "what may not happen behind an and": ("u && (x = 2)", None, {"x": None}),
    "what may not happen behind an or": ("u || (x = 2)", None, {"x": None}),
    "a value that is too great to follow": ("x = 999999999 * 9", None, {"x": None}),
}


@pytest.mark.parametrize(("text", "value", "written"), VALUES.values(), ids=VALUES)
def test_values(text: str, value: int | None, written: dict[str, int | None]) -> None:
    assert evaluate(text, KNOWN.get) == (value, written)


NOT_UNDERSTOOD = {
    "nothing": "",
    "a choice": "n ? 1 : 2",
    "a comma": "n, m",
    "an octal number": "010",
    "a base": "16#ff",
    "an array": "a[0]",
    "a division by zero": "1 / m",
    "a remainder by zero": "1 % m",
    "a parenthesis that is missing": "(1 + 2",
    "two numbers": "1 2",
    "a step of a number": "++1",
    "a command": "$(date)",
    "what is very long": "1 + " * 200 + "1",
}


@pytest.mark.parametrize("text", NOT_UNDERSTOOD.values(), ids=NOT_UNDERSTOOD)
def test_what_is_not_understood(text: str) -> None:
    assert evaluate(text, KNOWN.get) is None
