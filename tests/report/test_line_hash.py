from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from infra_audit.report.line_hash import line_hashes


def _by_definition(content: str) -> dict[int, str]:
    """The hash as documented, without anything clever."""
    lines = content.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept = [line.replace(" ", "").replace("\t", "") for line in lines]
    counts: dict[int, int] = {}
    hashes = {}
    for number in range(1, len(lines) + 1):
        rest = "\n".join(kept[number - 1 :]).encode("utf-16-le", "surrogatepass")
        units = [int.from_bytes(rest[n : n + 2], "little") for n in range(0, len(rest), 2)]
        value = 0
        for unit in [*units, 0xFFFF, *[0] * 100][:100]:
            value = (value * 37 + unit) % 2**64
        counts[value] = counts.get(value, 0) + 1
        hashes[number] = f"{value:x}:{counts[value]}"
    return hashes


def test_an_empty_file_has_the_hash_that_github_gives_it() -> None:
    assert line_hashes("", frozenset({1})) == {1: "c129715d7a2bc9a3:1"}


def test_equal_lines_are_counted() -> None:
    hashes = line_hashes("npm ci --no-audit\n" * 12, frozenset(range(1, 13)))
    same = [value for value in hashes.values() if value.startswith(hashes[1].partition(":")[0])]
    assert same == [f"{hashes[1].partition(':')[0]}:{n}" for n in range(1, len(same) + 1)]
    assert len(same) > 3


def test_line_breaks_and_blanks_do_not_count() -> None:
    wanted = frozenset({1, 2, 3})
    one = line_hashes("if true\n  then x\nfi\n", wanted)
    assert one == line_hashes("if true\r\n\tthenx\r\nfi\r\n", wanted)


def test_a_line_beyond_the_end_has_none() -> None:
    assert line_hashes("a\n", frozenset({9})) == {}


@given(st.text(alphabet="ab \t\r\n日🎉\ufeff", max_size=400))
def test_every_line_has_the_hash_of_the_definition(content: str) -> None:
    expected = _by_definition(content)
    assert line_hashes(content, frozenset(expected)) == expected
