"""Files: what coreutils, sed, tar and their like do to them."""

from __future__ import annotations

from .databases import DATABASE_FILE
from .row import ASKS, Manual, Row

_COREUTILS = "GNU coreutils 9"
DATA = r"(?:^|/)(?:data|uploads?|storage|media|volumes?|pgdata|mysql|postgres\w*)(?:/|$)|/var/lib/"
"""Folders in which applications and databases keep what is not code."""

_OWNED = (
    Row("PATH…", "own file", "same", given="--reference"),
    Row("_ PATH…", "own file", "same"),
)
_MODES = (
    Row("PATH…", "permit file", "same", given="--reference"),
    Row("_ PATH…", "permit file", "same"),
)
_ADDS = r"^(?:\$|\d+|/(?:[^/\\]|\\.)+/)\s*[ai](?:\s|\\)"
_DELETES = r"/\s*[dc](?:\s*[;}\n]|\s*$|\\)"
"""Parts of a sed script: what adds a line behind an address, what takes lines away."""
_EXISTS = "`{}` exists then"

FILES: dict[str, Manual] = {
    "mkdir": Manual(
        f"{_COREUTILS}: mkdir",
        (
            Row("PATH…", "create folder", "same", given="-p|--parents"),
            Row("PATH…", "create folder", "fails", why=_EXISTS, guard="`mkdir -p`"),
        ),
        valued="-m --mode",
    ),
    "touch": Manual(
        f"{_COREUTILS}: touch", (Row("PATH…", "create file", "same"),), valued="-d -r -t --date"
    ),
    "truncate": Manual(
        f"{_COREUTILS}: truncate", (Row("PATH…", "write file", "same"),), valued="-s -r --size"
    ),
    "tee": Manual(
        f"{_COREUTILS}: tee",
        (
            Row("PATH…", "append file", "adds", given="-a|--append"),
            Row("PATH…", "write file", "same"),
        ),
    ),
    "ln": Manual(
        f"{_COREUTILS}: ln; -f through a link to a folder puts the new one inside it, unless -n or -T",
        (
            Row(
                "_ PATH",
                "create link",
                "same",
                given="-f|--force -n|-T|--no-dereference|--no-target-directory",
            ),
            Row("_ PATH", "create link", given="-f|--force"),
            Row("_ PATH", "create link", given="-b|--backup"),
            Row("_…", "create link", given="-t|--target-directory", at="-t|--target-directory"),
            Row(
                "_ PATH",
                "create link",
                "fails",
                given="-s|--symbolic",
                why="the link `{}` exists then",
                guard="`ln -sfn`",
            ),
            Row("_… PATH", "create link"),
        ),
        valued="-S --suffix -t --target-directory",
    ),
    "cp": Manual(
        f"{_COREUTILS}: cp",
        (
            Row(f"{DATABASE_FILE} …", "dump sqlite", "same", more=True),
            Row(
                "_…",
                "write file",
                "same",
                given="-t|--target-directory",
                at="-t|--target-directory",
            ),
            Row("… PATH", "write file", "same"),
        ),
        valued="-t --target-directory -S --suffix",
    ),
    "mv": Manual(
        f"{_COREUTILS}: mv",
        (
            Row("_…", "write file", given="-t|--target-directory", at="-t|--target-directory"),
            Row("… PATH", "write file"),
        ),
        valued="-t --target-directory -S --suffix",
    ),
    "install": Manual(
        f"{_COREUTILS}: install",
        (
            Row("PATH…", "create folder", "same", given="-d|--directory"),
            Row(f"{DATABASE_FILE} …", "dump sqlite", "same", more=True),
            Row("… PATH", "write file", "same"),
        ),
        valued="-m -o -g -t -S --mode --owner --group --target-directory --suffix",
    ),
    "rm": Manual(
        f"{_COREUTILS}: rm",
        (
            Row("PATH…", "remove file", "same", given="-f|--force"),
            Row("PATH…", "remove file", "fails", why="`{}` is gone then", guard="`rm -f`"),
        ),
    ),
    "rmdir": Manual(f"{_COREUTILS}: rmdir", (Row("PATH…", "remove folder"),)),
    "unlink": Manual(f"{_COREUTILS}: unlink", (Row("PATH", "remove file"),)),
    "chown": Manual(f"{_COREUTILS}: chown", _OWNED),
    "chgrp": Manual(f"{_COREUTILS}: chgrp", _OWNED),
    "chmod": Manual(f"{_COREUTILS}: chmod", _MODES),
    "setfacl": Manual(
        "setfacl(1)", (Row("PATH…", "permit file", "same"),), valued="-m -x -M -X --modify --remove"
    ),
    "sed": Manual(
        "GNU sed 4.9: the commands a and i add a line each time",
        (
            Row("PATH…", "write file", given="-i|--in-place -f|--file"),
            Row(
                "_ PATH…",
                "write file",
                given="-i|--in-place",
                without="-e --expression",
                text=_DELETES,
            ),
            Row("PATH…", "write file", given="-i|--in-place", text=_DELETES),
            Row(
                "_ PATH…",
                "append file",
                "adds",
                given="-i|--in-place",
                without="-e --expression",
                text=_ADDS,
            ),
            Row("PATH…", "append file", "adds", given="-i|--in-place", text=_ADDS),
            Row("_ PATH…", "write file", given="-i|--in-place", without="-e --expression"),
            Row("PATH…", "write file", given="-i|--in-place"),
        ),
        valued="-e --expression -f --file -l",
    ),
    "tar": Manual(
        "tar(1) of GNU tar 1.34",
        (
            Row("…", "", given="-t|--list"),
            Row("…", "write file", "same", given="-x|--extract|--get", at="-C|--directory|."),
            Row("…", "dump files", "same", text=DATA, more=True),
            Row("…", "write archive", "same", given="-c|--create", at="-f|--file"),
        ),
        valued="-f --file -C --directory -T --files-from -X --exclude-from --exclude --transform --strip-components",
    ),
    "zip": Manual(
        "zip(1)",
        (Row("…", "dump files", "same", text=DATA, more=True), Row("PATH …", "write archive")),
    ),
    "unzip": Manual(
        "unzip(1)",
        (Row("…", "write file", "same", given="-o", at="-d|."), Row("…", "write file", at="-d|.")),
        valued="-d -x",
        asks=f"{ASKS} -l -t -p -Z",
    ),
}
