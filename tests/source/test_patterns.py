"""Ignore patterns: as pathspec reads them, whatever it costs there."""

from __future__ import annotations

import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pathspec import GitIgnoreSpec

from infra_audit.source.patterns import patterns, readable


@given(
    st.text("ab*?[]!-/\\.", min_size=1, max_size=8),
    st.text("ab./[", min_size=1, max_size=8).filter(lambda path: "//" not in path),
)
def test_a_pattern_matches_what_it_matches_slowly(pattern: str, path: str) -> None:
    for line in readable([pattern]):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            slow = GitIgnoreSpec.from_lines([line])
        assert patterns([line]).match_file(path) == slow.match_file(path)


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        pytest.param("*a*b*c", "xaxbxbxcxc", True, id="the last star takes the rest"),
        pytest.param("*a*b*c", "xaxcxb", False, id="in another order"),
        pytest.param("*ab*ab", "abab", True, id="side by side"),
        pytest.param("*ab*ab", "aab", False, id="one for two"),
        pytest.param("a*/b*c*d", "ax/bxcxd", True, id="in two names"),
        pytest.param("a*b*c", "ax/b/c", False, id="not across names"),
        pytest.param("*a" * 100 + "b", "a" * 250, False, id="many stars"),
    ],
)
def test_stars(pattern: str, path: str, *, matches: bool) -> None:
    assert patterns([pattern]).match_file(path) is matches


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("!", id="nothing"),
        pytest.param("[z-a]", id="a range backwards"),
        pytest.param("**/a/" * 5, id="too many folders"),
        pytest.param("a" * 2_000, id="too long"),
    ],
)
def test_what_is_no_pattern(line: str) -> None:
    assert readable([line, "a"]) == ["a"]
    with pytest.raises(ValueError, match=r".+"):
        patterns([line])
