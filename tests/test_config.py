"""The configuration: what it holds, and what it says of mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra_audit.config import load
from infra_audit.model import UsageError


def test_without_a_file_nothing_is_decided(tmp_path: Path) -> None:
    config = load(str(tmp_path))
    assert (config.select, config.fail_on, config.source) == ((), "error", "")


def test_yaml_and_toml_say_the_same(tmp_path: Path) -> None:
    yaml, toml = tmp_path / "yaml", tmp_path / "toml"
    yaml.mkdir()
    toml.mkdir()
    (yaml / ".infra-audit.yaml").write_text(
        "fail-on: warning\nignore: [servers]\ndeclare:\n  backup: nightly snapshots\n"
        "allow:\n- rule: containers/missing-dockerfile\n  reason: built elsewhere\n",
        encoding="utf-8",
    )
    (toml / "pyproject.toml").write_text(
        '[tool.infra-audit]\nfail-on = "warning"\nignore = ["servers"]\n'
        'declare = { backup = "nightly snapshots" }\n'
        '[[tool.infra-audit.allow]]\nrule = "containers/missing-dockerfile"\nreason = "built elsewhere"\n',
        encoding="utf-8",
    )
    one, two = load(str(yaml)), load(str(toml))
    assert (one.fail_on, one.ignore, one.allow) == (two.fail_on, two.ignore, two.allow)
    assert [(d.topic, d.value) for d in one.declarations] == [("backup", "nightly snapshots")]
    assert one.declarations[0].location.span.line == 4


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("sellect: [x]\n", "no such key: `sellect`; write one of", id="unknown key"),
        pytest.param("fail-on: fatal\n", "fail-on", id="unknown severity"),
        pytest.param("select: scripts\n", "select: write a list", id="wrong type"),
        pytest.param("allow:\n- rule: a/b\n", "a key is missing: `reason`", id="no reason"),
        pytest.param("allow:\n- {rule: a/b, reason: ' '}\n", "write a reason", id="empty reason"),
        pytest.param(
            "allow:\n- {rule: a/b, reason: x, line: 3}\n", "allow", id="unknown allow key"
        ),
        pytest.param(
            "declare: {backups: x}\n", "declare: no such key: `backups`", id="unknown fact"
        ),
        pytest.param(
            "declare: {kind: cloud}\n", "declare.kind: `cloud` is none", id="unknown kind"
        ),
        pytest.param("a: [\n", "while parsing", id="broken yaml"),
        pytest.param("exclude: ['[']\n", "is no pattern", id="bad glob"),
        pytest.param("exclude: ['/']\n", "is no pattern", id="empty glob"),
        pytest.param("[" * 50, "nested deeper", id="deep yaml"),
        pytest.param("- a\n", "Expected `object`", id="no mapping"),
        pytest.param("source-path: x\n", "no such key", id="internal key"),
    ],
)
def test_mistakes_name_file_key_and_what_to_write(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / ".infra-audit.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        load(str(tmp_path))
    assert str(caught.value).startswith(".infra-audit.yaml: ") or ".infra-audit.yaml: " in str(
        caught.value
    )
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_named_file_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        load(str(tmp_path), str(tmp_path / "none.yaml"))
