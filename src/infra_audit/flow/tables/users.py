"""Users and groups."""

from __future__ import annotations

from .row import ASKS, Manual, Row

_ACCOUNT = (
    "-b -c -d -e -f -g -G -k -K -p -P -R -s -u -Z --base-dir --comment --home-dir --home --expiredate"
    " --inactive --gid --groups --skel --key --password --prefix --root --shell --uid --ingroup"
    " --gecos --conf --firstuid"
)
_USER_THERE = "the user `{}` exists then"
_GROUP_THERE = "the group `{}` exists then"
_USER_GUARD = "`id -u {} || …` before it"
_GROUP_GUARD = "`getent group {} || …` before it"

USERS: dict[str, Manual] = {
    "useradd": Manual(
        "useradd(8) of shadow-utils 4.13: exit status 9 when the name is taken",
        (
            Row("…", "change user", "same", given="-D|--defaults"),
            Row("USER", "create user", "fails", why=_USER_THERE, guard=_USER_GUARD),
        ),
        valued=_ACCOUNT,
    ),
    "adduser": Manual(
        "adduser(8) of Debian: with --system an existing user is no error; adduser of busybox",
        (
            Row("USER", "create user", "same", given="--system"),
            Row("USER", "create user", given="-D|-S|--defaults"),
            Row("USER", "create user", "fails", why=_USER_THERE, guard=_USER_GUARD),
            Row("USER _", "change user", "same"),
        ),
        valued=_ACCOUNT,
    ),
    "usermod": Manual(
        "usermod(8)",
        (Row("USER", "change user", "same"),),
        valued="-c -d -e -f -g -G -l -p -R -P -s -u -v -V -w -W -Z --comment --home --gid --groups --shell --uid",
    ),
    "userdel": Manual("userdel(8): exit status 6 when it is gone", (Row("USER", "remove user"),)),
    "deluser": Manual("deluser(8)", (Row("USER …", "remove user"),)),
    "groupadd": Manual(
        "groupadd(8): exit status 9 when the name is taken, 0 with -f",
        (
            Row("GROUP", "create group", "same", given="-f|--force"),
            Row("GROUP", "create group", "fails", why=_GROUP_THERE, guard="`groupadd -f`"),
        ),
        valued="-g -K -p -P -R -U --gid --key --password --prefix --root --users",
    ),
    "addgroup": Manual(
        "addgroup(8) of Debian: with --system an existing group is no error",
        (
            Row("GROUP", "create group", "same", given="--system"),
            Row("GROUP", "create group", "fails", why=_GROUP_THERE, guard=_GROUP_GUARD),
            Row("_ GROUP", "change group", "same"),
        ),
        valued=_ACCOUNT,
    ),
    "groupdel": Manual("groupdel(8)", (Row("GROUP", "remove group"),)),
    "gpasswd": Manual("gpasswd(1)", (Row("…", "change group", "same"),)),
    "chpasswd": Manual("chpasswd(8)", (Row("…", "change user", "same"),)),
    "passwd": Manual(
        "passwd(1)", (Row("USER", "change user", "same"),), asks=f"{ASKS} -S --status"
    ),
    "visudo": Manual("visudo(8)", (Row("…", "change user"),), asks=f"{ASKS} -c --check"),
}
