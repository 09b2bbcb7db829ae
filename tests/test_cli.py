"""The command line: exit statuses, mistakes in one line, what is imported."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.files import write

SHOP = {"deploy.sh": "#!/bin/bash\ngit pull\nexit 1\nnpm ci\nsystemctl restart shop\n"}


def run(*words: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "infra_audit", *words]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, **(env or {})}
    )


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    write(tmp_path, SHOP)
    return tmp_path


def test_findings_exit_1_and_exit_zero_does_not(shop: Path) -> None:
    assert run(str(shop), "--fail-on", "warning").returncode == 1
    assert run(str(shop), "--fail-on", "warning", "--exit-zero").returncode == 0


def test_a_clean_folder_exits_0(tmp_path: Path) -> None:
    write(tmp_path, {"README.md": "hello\n"})
    assert run(str(tmp_path)).returncode == 0


def test_check_is_the_command_without_one(shop: Path) -> None:
    assert run("check", str(shop)).stdout == run(str(shop)).stdout


def mistakes(shop: Path) -> list[tuple[list[str], str]]:
    broken = shop / "pack" / "scripts"
    broken.mkdir(parents=True)
    (broken / "x.yaml").write_text("title: x\n", encoding="utf-8")
    config = shop / "bad.yaml"
    config.write_text("sellect: [x]\n", encoding="utf-8")
    idle = shop / "idle.yaml"
    idle.write_text("allow:\n- {rule: scripts/nope, reason: x}\n", encoding="utf-8")
    return [
        (["check", str(shop / "none")], "no such file"),
        (["check", "--root", str(shop / "deploy.sh")], "is not a directory"),
        (["check", str(shop), "--select", "scripts/unreachabel-code"], "did you mean"),
        (["check", str(shop), "--ignore", "nothing*"], "is no rule, topic or glob"),
        (["check", str(shop), "--rules", str(shop / "pack")], "missing required field"),
        (["check", str(shop), "--rules", str(shop / "no-pack")], "no such folder of rules"),
        (["check", str(shop), "--config", str(config)], "no such key"),
        (["check", str(shop), "-o", str(shop / "no" / "report")], "cannot be written"),
        (["check", str(shop), "-o", str(shop)], "is a directory"),
        (["check", str(shop), "--output", "pdf:x"], "FORMAT:PATH"),
        (["explain", "scripts/unknown"], "there is no rule"),
        (["check", str(shop), "--fail-on", "fatal"], "is not one of"),
        (["chekc"], "did you mean `check`"),
        (
            ["check", str(shop), "-o", str(shop / "r"), "--output", f"json:{shop / 'r'}"],
            "two reports",
        ),
        (["check", str(shop), "--select", "scripts", "--ignore", "scripts"], "no rule is left"),
        (["check", str(shop), "--config", str(idle)], "there is no rule `scripts/nope`"),
    ]


@pytest.mark.parametrize("nth", range(16))
def test_a_mistake_is_one_line_and_exits_2(shop: Path, nth: int) -> None:
    words, said = mistakes(shop)[nth]
    result = run(*words)
    assert result.returncode == 2
    assert said in result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file_is_a_problem_and_hides_nothing(shop: Path) -> None:
    locked = shop / "locked.sh"
    locked.write_text("true\n", encoding="utf-8")
    locked.chmod(0)
    report = json.loads(run(str(shop), "--format", "json").stdout)
    assert [p["path"] for p in report["problems"]] == ["locked.sh"]
    assert report["findings"]


def test_our_own_bug_exits_3_with_a_traceback(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import infra_audit.audit
    from infra_audit.cli import main

    def broken(*_: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr(infra_audit.audit, "audit", broken)
    with pytest.raises(SystemExit) as caught:
        main([str(shop)])
    assert caught.value.code == 3


def test_several_reports_from_one_run(shop: Path) -> None:
    result = run(str(shop), "--output", f"json:{shop / 'r.json'}", "-o", str(shop / "r.txt"))
    assert result.stdout == ""
    assert json.loads((shop / "r.json").read_text(encoding="utf-8"))["root"] == "."
    assert "deploy.sh" in (shop / "r.txt").read_text(encoding="utf-8")


def test_same_input_same_bytes(shop: Path) -> None:
    one, two = (run(str(shop), "--format", "json", env={"PYTHONHASHSEED": s}) for s in "12")
    assert one.stdout == two.stdout


def test_colour_only_where_wanted(shop: Path) -> None:
    assert "\x1b[" not in run(str(shop)).stdout
    assert "\x1b[" in run(str(shop), env={"FORCE_COLOR": "1"}).stdout
    assert "\x1b[" not in run(str(shop), env={"FORCE_COLOR": "1", "NO_COLOR": "1"}).stdout


def test_paths_narrow_what_is_reported(shop: Path) -> None:
    write(shop, {"docs-site/x.txt": "x\n"})
    report = json.loads(
        run("--root", str(shop), str(shop / "docs-site"), "--format", "json").stdout
    )
    assert report["findings"] == []


def test_rules_are_listed_as_the_contract_says() -> None:
    listed = json.loads(run("rules", "--format", "json").stdout)
    assert {"id", "topic", "title", "severity", "precision", "step"} <= listed[0].keys()


def test_explain_shows_reason_and_fix() -> None:
    said = run("explain", "scripts/unreachable-code").stdout
    assert "scripts/unreachable-code" in said


def test_the_model_can_be_printed(shop: Path) -> None:
    assert json.loads(run("model", str(shop), "--format", "json").stdout)["kind"]
    assert "deploy.sh" in run("model", str(shop)).stdout
