"""Which files belong to a repository."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from infra_audit.model import UsageError
from infra_audit.source.walk import LARGEST, head, kept_plain, read, tracked, walk
from tests.files import write

FILES = {
    ".gitignore": "*.log\n/secret/\n!keep.log\n",
    "deploy.sh": "x\n",
    "a.log": "x\n",
    "keep.log": "x\n",
    "secret/x.sh": "x\n",
    "sub/.gitignore": "local.*\n",
    "sub/local.sh": "x\n",
    "sub/run.sh": "x\n",
    "node_modules/m/x.sh": "x\n",
    "vendor/v.sh": "x\n",
}
EXPECTED = (".gitignore", "deploy.sh", "keep.log", "sub/.gitignore", "sub/run.sh")


def git(folder: Path, *words: str) -> None:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.invalid"]
    subprocess.run(["git", *identity, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, FILES)
    return tmp_path


def test_without_git_the_ignore_files_are_honoured(folder: Path) -> None:
    tree = walk(str(folder))
    assert tree.files == EXPECTED
    assert [(s.reason, s.count) for s in tree.skipped] == [
        ("installed dependencies", 1),
        ("vendored code", 1),
    ]


def test_git_and_no_git_see_the_same(folder: Path) -> None:
    without = walk(str(folder))
    git(folder, "init", "-q")
    git(folder, "add", "deploy.sh")
    assert walk(str(folder)) == without


def test_where_git_refuses_the_walk_goes_on(folder: Path) -> None:
    without = walk(str(folder))
    (folder / ".git").write_text("gitdir: nowhere\n", encoding="utf-8")
    assert walk(str(folder)).files == without.files


def test_nothing_that_the_git_configuration_names_is_run(folder: Path) -> None:
    git(folder, "init", "-q")
    trap = folder.parent / "trap"
    trap.write_text("#!/bin/sh\ntouch run\n", encoding="utf-8")
    trap.chmod(0o755)
    git(folder, "config", "core.fsmonitor", str(trap))
    git(folder, "config", "core.worktree", "/")
    assert walk(str(folder)).files == EXPECTED
    assert not (folder / "run").exists()


KEPT = {
    "with line feeds, and git made them here": ("", "a\n", True),
    "as they are": ("", "a\r\n", False),
    "with line feeds, for a checkout with others": ("*.sh text eol=crlf\n", "a\n", False),
}


@pytest.mark.parametrize(("attributes", "kept", "expected"), KEPT.values(), ids=KEPT)
def test_line_ends_that_git_keeps(
    tmp_path: Path, attributes: str, kept: str, expected: bool
) -> None:
    write(tmp_path, {"[a] b.sh": kept, "c.sh": kept})
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "[a] b.sh")
    write(tmp_path, {"[a] b.sh": "a\r\n", ".gitattributes": attributes})
    plain = kept_plain(str(tmp_path), ["[a] b.sh", "c.sh"])
    assert plain == ({"[a] b.sh"} if expected else set())


def test_no_filter_is_run_for_line_ends(tmp_path: Path) -> None:
    write(tmp_path, {"a.sh": "a\n"})
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "a.sh")
    git(tmp_path, "config", "filter.trap.clean", f"touch {tmp_path / 'run'}")
    git(tmp_path, "config", "filter.trap.smudge", f"touch {tmp_path / 'run'}")
    write(tmp_path, {"a.sh": "a\r\n", ".gitattributes": "* filter=trap\n"})
    assert kept_plain(str(tmp_path), ["a.sh"]) == {"a.sh"}
    assert not (tmp_path / "run").exists()


def test_outside_of_git_nothing_is_kept(tmp_path: Path) -> None:
    assert kept_plain(str(tmp_path), ["a.sh"]) == frozenset()


def test_what_git_keeps(tmp_path: Path) -> None:
    write(tmp_path, {"a.db": "x", "b.db": "x"})
    assert tracked(str(tmp_path), ["a.db", "b.db"]) == {"a.db", "b.db"}
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "a.db")
    assert tracked(str(tmp_path), ["a.db", "b.db"]) == {"a.db"}


def test_the_head_of_a_file_of_any_size(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_bytes(b"x" * (LARGEST + 5))
    os.symlink("a.db", tmp_path / "b.db")
    assert head(str(tmp_path), "a.db", 3) == (b"xxx", LARGEST + 5)
    assert [head(str(tmp_path), path, 3) for path in ("b.db", "none.db", ".")] == [None] * 3


def test_links_are_not_followed(folder: Path) -> None:
    outside = folder.parent / "outside.sh"
    outside.write_text("x\n", encoding="utf-8")
    os.symlink(outside, folder / "out.sh")
    os.symlink(".", folder / "loop")
    os.symlink("..", folder / "up")
    tree = walk(str(folder))
    assert "out.sh" in tree.files
    assert not [path for path in tree.files if path.startswith(("loop/", "up/"))]
    assert read(str(folder), "out.sh") == "symbolic link"


def test_a_fifo_does_not_hang(folder: Path) -> None:
    os.mkfifo(folder / "pipe.sh")
    assert read(str(folder), "pipe.sh") == "not a regular file"


def test_what_is_too_large_is_said(folder: Path) -> None:
    (folder / "big.sh").write_bytes(b"x" * (LARGEST + 1))
    assert read(str(folder), "big.sh") == "larger than 2 MiB"


def test_submodules_and_nested_repositories_are_left_out(folder: Path) -> None:
    write(folder, {".gitmodules": '[submodule "m"]\n\tpath = m\n', "m/x.sh": "x\n"})
    git(folder, "init", "-q")
    (folder / "nested").mkdir()
    git(folder / "nested", "init", "-q")
    write(folder, {"nested/y.sh": "x\n"})
    tree = walk(str(folder))
    assert not [path for path in tree.files if path.startswith(("m/", "nested"))]
    assert ("submodules and nested repositories", 2) in [(s.reason, s.count) for s in tree.skipped]


def test_excluded_paths_are_counted(folder: Path) -> None:
    tree = walk(str(folder), ("sub/",))
    assert "sub/run.sh" not in tree.files
    assert ("excluded by the configuration", 2) in [(s.reason, s.count) for s in tree.skipped]


def test_a_bad_pattern_is_the_users_mistake(folder: Path) -> None:
    with pytest.raises(UsageError, match="exclude"):
        walk(str(folder), ("!",))


def test_a_root_below_the_git_root_has_a_prefix(folder: Path) -> None:
    git(folder, "init", "-q")
    tree = walk(str(folder / "sub"))
    assert tree.prefix == "sub/"
    assert tree.files == (".gitignore", "run.sh")
