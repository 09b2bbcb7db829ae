"""The wheel, built from the checkout and installed where the checkout is not."""

from __future__ import annotations

import os
import shutil
import site
import subprocess
import sys
import venv
from pathlib import Path

from msgspec import Struct

CHECKOUT = Path(__file__).parent.parent
_NEEDED = (
    "src",
    "rules",
    "pyproject.toml",
    "hatch_build.py",
    "README.md",
    "LICENSE",
    "CHANGELOG.md",
)


class Installed(Struct, frozen=True):
    """An environment with the wheel, and what was built for it."""

    python: str
    package: Path
    wheel: Path
    sdist: Path

    def run(self, *words: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
        """What the installed command says to `words`."""
        command = [str(Path(self.python).with_name("infra-audit")), *words]
        return subprocess.run(
            command, capture_output=True, text=True, check=False, cwd=folder, env=outside()
        )


def outside() -> dict[str, str]:
    """The environment of this process without what would lead to the checkout."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "COV_", "FORCE_"))}


def install(folder: Path) -> Installed:
    """Build sdist and wheel from a copy of the checkout and install the wheel in `folder`.

    Dependencies come from the environment that runs the tests, by links to its packages: that
    leaves out infra-audit itself, which stands there as an editable install.
    """
    source = folder / "source"
    source.mkdir()
    for name in _NEEDED:
        at = CHECKOUT / name
        if at.is_dir():
            shutil.copytree(at, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(at, source / name)
    build = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder / "dist")]
    subprocess.run([*build, str(source)], check=True, capture_output=True, env=outside())
    shutil.rmtree(source)
    [wheel] = (folder / "dist").glob("*.whl")
    [sdist] = (folder / "dist").glob("*.tar.gz")
    clean = folder / "environment"
    venv.create(clean, with_pip=False, symlinks=os.name != "nt")
    python = _python(clean)
    _pip(python, "install", "--quiet", "--no-deps", "--no-index", str(wheel))
    packages = _packages(python)
    for path in map(Path, site.getsitepackages()):
        for entry in path.iterdir():
            ours = entry.name.startswith(
                ("_infra_audit", "infra_audit", "_editable_impl_infra_audit")
            )
            if not ours and entry.suffix != ".pth" and not (packages / entry.name).exists():
                (packages / entry.name).symlink_to(entry, target_is_directory=entry.is_dir())
    return Installed(str(python), packages / "infra_audit", wheel, sdist)


def _python(environment: Path) -> Path:
    folder, name = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
    return environment / folder / name


def _pip(python: Path, *words: str) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(python)]
    subprocess.run([*command, *words], check=True, capture_output=True, env=outside())


def _packages(python: Path) -> Path:
    said = "import sysconfig; print(sysconfig.get_path('purelib'))"
    found = subprocess.run(
        [str(python), "-I", "-c", said], check=True, capture_output=True, text=True
    )
    return Path(found.stdout.strip())
