"""System packages: installed, removed, and where they come from."""

from __future__ import annotations

from .row import ASKS, Manual, Row

_INSTALL = "install package"
_REMOVE = "remove package"

_APT = Manual(
    "apt-get(8) and apt(8) of apt 2.6, aptitude(8)",
    (
        Row(
            "install|reinstall|upgrade|full-upgrade|dist-upgrade|safe-upgrade|build-dep PACKAGE…",
            _INSTALL,
            "same",
        ),
        Row("remove|purge|autoremove|autopurge PACKAGE…", _REMOVE, "same"),
        Row("update", "fetch package-list", "same"),
    ),
    valued="-o -c -t --option --target-release",
    asks="--version --help --dry-run -s -d --just-print --simulate --recon --no-act --print-uris --download-only",
)
_DNF = Manual(
    "dnf(8) of dnf 4, yum(8)",
    (
        Row(
            "install|reinstall|update|upgrade|localinstall|groupinstall PACKAGE…", _INSTALL, "same"
        ),
        Row("group|module _ PACKAGE…", _INSTALL, "same"),
        Row("remove|erase|autoremove PACKAGE…", _REMOVE, "same"),
        Row("config-manager …", "configure package-source", "same"),
    ),
    valued="-c --config --installroot --releasever -x --exclude --repo --enablerepo --disablerepo",
    asks=f"{ASKS} --downloadonly --assumeno --test --simulate",
)
_SOURCES = Manual(
    "add-apt-repository(1), apt-key(8): both add a source or a key that is there already only once",
    (
        Row("list|finger|export|exportall …", ""),
        Row("…", "configure package-source", "same"),
    ),
)

PACKAGES: dict[str, Manual] = {
    "apt": _APT,
    "apt-get": _APT,
    "aptitude": _APT,
    "dnf": _DNF,
    "yum": _DNF,
    "apk": Manual(
        "apk(8) of apk-tools 2.14",
        (
            Row("add|upgrade PACKAGE…", _INSTALL, "same"),
            Row("del PACKAGE…", _REMOVE, "same"),
            Row("update", "fetch package-list", "same"),
        ),
        valued="-t --virtual -X --repository -p --root",
        asks=f"{ASKS} -s --simulate --download-only",
    ),
    "zypper": Manual(
        "zypper(8)",
        (
            Row("install|in|update|up|dup PACKAGE…", _INSTALL, "same"),
            Row("remove|rm PACKAGE…", _REMOVE, "same"),
        ),
        asks=f"{ASKS} --downloadonly --assumeno --test --simulate",
    ),
    "snap": Manual(
        "snap(8)",
        (
            Row("install|refresh PACKAGE…", _INSTALL, "same"),
            Row("remove PACKAGE…", _REMOVE, "same"),
        ),
        asks=f"{ASKS} --downloadonly --assumeno --test --simulate",
    ),
    "dpkg": Manual(
        "dpkg(1)",
        (
            Row("PACKAGE…", _INSTALL, "same", given="-i|--install|--unpack"),
            Row("PACKAGE…", _REMOVE, "same", given="-r|-P|--remove|--purge"),
            Row("…", "configure package", "same", given="--configure|--add-architecture"),
        ),
        asks=f"{ASKS} --simulate --no-act -l -L -s -S",
    ),
    "rpm": Manual(
        "rpm(8): the same package installed again is an error for -i and -U",
        (
            Row("…", "", given="-q|--query|-K|--checksig"),
            Row("_…", "configure package-source", "same", given="--import"),
            Row("PACKAGE…", _INSTALL, given="-i|-U|-F|--install|--upgrade|--freshen"),
            Row("PACKAGE…", _REMOVE, given="-e|--erase"),
        ),
        asks=f"{ASKS} --test",
    ),
    "pacman": Manual(
        "pacman(8)",
        (
            Row("…", "", given="-Q|-F|-T"),
            Row("", _INSTALL, "same", given="-S|--sync -u|--sysupgrade"),
            Row("", "fetch package-list", "same", given="-S|--sync"),
            Row("PACKAGE…", _INSTALL, "same", given="-S|-U|--sync|--upgrade", without="-s -i -l"),
            Row("PACKAGE…", _REMOVE, given="-R|--remove"),
        ),
    ),
    "add-apt-repository": _SOURCES,
    "apt-add-repository": _SOURCES,
    "apt-key": _SOURCES,
    "dpkg-reconfigure": Manual(
        "dpkg-reconfigure(8)", (Row("PACKAGE…", "configure package", "same"),)
    ),
    "debconf-set-selections": Manual(
        "debconf-set-selections(1)", (Row("…", "configure package", "same"),)
    ),
    "update-alternatives": Manual(
        "update-alternatives(1)",
        (Row("…", "configure package", "same"),),
        asks=f"{ASKS} --list --display --query --get-selections",
    ),
}
