"""What is shipped: the wheel in an environment of its own, the rules inside it, the sdist."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from types import ModuleType

import msgspec
import pytest

from infra_audit import __version__
from infra_audit.ruleset.load import checkout_rules
from infra_audit.ruleset.rule import Prose, Rule
from infra_audit.ruleset.source import read_pack
from tests.files import write
from tests.installed import CHECKOUT, Installed, outside


def compiled(installed: Installed, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        name, installed.package / "ruleset" / f"{name}.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_environment_holds_no_checkout(installed: Installed) -> None:
    said = "import infra_audit, sys; print(infra_audit.__file__, *sys.path, sep='\\n')"
    found = subprocess.run(
        [installed.python, "-c", said],
        check=True,
        capture_output=True,
        text=True,
        env=outside(),
        cwd="/",
    )
    module, *paths = found.stdout.splitlines()
    assert Path(module).is_relative_to(installed.package)
    assert not [path for path in paths if Path(path).is_relative_to(CHECKOUT / "src")]


def test_it_says_its_version(installed: Installed) -> None:
    assert installed.run("--version").stdout == f"infra-audit, version {__version__}\n"


def test_it_lists_the_rules_of_the_checkout(installed: Installed, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "infra_audit", "rules", "--format", "json"]
    here = subprocess.run(command, capture_output=True, text=True, check=True)
    there = installed.run("rules", "--format", "json", folder=tmp_path)
    assert there.returncode == 0, there.stderr
    assert json.loads(there.stdout)
    assert there.stdout == here.stdout


def test_compiled_rules_equal_the_pages(installed: Installed) -> None:
    rules, _ = read_pack(checkout_rules())
    found = {
        name: Rule(id=name, **fields)
        for name, fields in compiled(installed, "_compiled").RULES.items()
    }
    assert list(found) == list(rules)
    for name, rule in rules.items():
        assert found[name] == rule


def test_compiled_prose_equals_the_pages(installed: Installed) -> None:
    _, prose = read_pack(checkout_rules())
    found = compiled(installed, "_prose").PROSE
    assert list(found) == list(prose)
    for name, words in prose.items():
        assert msgspec.convert(found[name], Prose) == words


def test_patterns_are_prepared_as_python_compiles_them(installed: Installed) -> None:
    said = (
        "import infra_audit.source.regex as r, re;"
        "known = r.prepared().keys();"
        "print(len(known), all(r.compiled(*key) == re.compile(*key) for key in known))"
    )
    found = subprocess.run(
        [installed.python, "-c", said],
        check=True,
        capture_output=True,
        text=True,
        env=outside(),
        cwd="/",
    )
    count, equal = found.stdout.split()
    assert int(count) > 700
    assert equal == "True"


def test_modules_are_those_of_the_package(installed: Installed) -> None:
    said = (
        "import infra_audit.source.bytecode as b, os, sys; from pathlib import Path;"
        "folder = sys.argv[1]; known = b.modules(folder);"
        "files = {n: os.path.join(folder, *n.split('.')[1:]) for n in known.keys()};"
        "paths = {n: f + ('/__init__.py' if known.get(n)[0] else '.py') for n, f in files.items()};"
        "names = {n: os.path.relpath(p, os.path.dirname(folder)) for n, p in paths.items()};"
        "same = [n for n, p in paths.items() if 'ruleset._' in n or known.get(n)[1]"
        " == compile(Path(p).read_bytes(), names[n], 'exec', dont_inherit=True, optimize=0)];"
        "print(len(same), len(paths))"
    )
    found = subprocess.run(
        [installed.python, "-c", said, str(installed.package)],
        check=True,
        capture_output=True,
        text=True,
        env=outside(),
        cwd="/",
    )
    same, every = map(int, found.stdout.split())
    assert same == every > 400


def test_the_command_runs_from_its_file_of_bytecode(installed: Installed) -> None:
    said = (
        "import sys; sys.argv = ['infra-audit', '--version'];"
        "import os; os._exit = lambda status: print(sys.modules['infra_audit.cli'].__spec__.loader);"
        "from infra_audit.__main__ import main; main()"
    )
    found = subprocess.run(
        [installed.python, "-c", said],
        check=True,
        capture_output=True,
        text=True,
        env=outside(),
        cwd="/",
    )
    assert "_Importer" in found.stdout


def test_every_rule_can_be_explained(installed: Installed) -> None:
    name = next(iter(read_pack(checkout_rules())[1]))
    said = installed.run("explain", name)
    assert said.returncode == 0, said.stderr
    assert name in said.stdout


@pytest.mark.parametrize("form", ["text", "concise", "json", "sarif", "markdown"])
def test_every_report_can_be_written(installed: Installed, tmp_path: Path, form: str) -> None:
    write(
        tmp_path, {"deploy.sh": "#!/bin/bash\ngit pull\nexit 1\nnpm ci\nsystemctl restart shop\n"}
    )
    said = installed.run("check", "--exit-zero", "--format", form, str(tmp_path))
    assert said.returncode == 0, said.stderr
    assert "deploy.sh" in said.stdout


def test_the_wheel_ships_pages_licence_and_types(installed: Installed) -> None:
    names = set(zipfile.ZipFile(installed.wheel).namelist())
    pages = {
        f"infra_audit/rules/{page.relative_to(CHECKOUT / 'rules').as_posix()}"
        for page in pages_of()
    }
    assert pages <= names
    assert "infra_audit/py.typed" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not [name for name in names if name.startswith(("tests", "fixtures", "rules"))]


def test_the_sdist_holds_what_a_wheel_is_built_from(installed: Installed) -> None:
    with tarfile.open(installed.sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"pyproject.toml", "hatch_build.py", "README.md", "LICENSE"} <= names
    assert {page.relative_to(CHECKOUT).as_posix() for page in pages_of()} <= names


def pages_of() -> list[Path]:
    return sorted((CHECKOUT / "rules").glob("*/*.yaml"))
