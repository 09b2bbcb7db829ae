"""What comes from and goes to other machines: git, downloads, rsync, object storage, backup tools."""

from __future__ import annotations

from .databases import DATABASE_FILE
from .files import DATA
from .row import ASKS, Manual, Row

_REMOTE = "PLACE:[!/.:]*:*"
"""A place on another machine, as rsync(1) and scp(1) take it."""
_BUCKET = (
    r"^(?:s3|gs|gcs|b2|az|azure|sftp|rest|swift|rclone|oss)://?\S*"
    r"|^(?:s3|b2|gs|azure|sftp|rest|swift|rclone):\S+|ssh://"
)
"""Repositories that are not on this host, as restic, borg, kopia and duplicity take them."""

_SENDS = Row("…", "send files", "same", text=_BUCKET, at="text")
_REPOSITORY = Manual(
    "borg, kopia and duplicity, command references",
    (Row("… create|full|snapshot …", "dump files", "same", more=True), _SENDS),
)
_CLOUD = "the provider's command reference"

COPIES: dict[str, Manual] = {
    "git": Manual(
        "git(1) of git 2.39: clone refuses a folder that is not empty",
        (
            Row(
                "clone _ PATH",
                "fetch checkout",
                "fails",
                why="`{}` exists then and is not empty",
                guard="`[ -d {}/.git ] || …` before it",
            ),
            Row(
                "clone _",
                "fetch checkout",
                "fails",
                at="folder",
                why="`{}` exists then and is not empty",
                guard="`[ -d {}/.git ] || …` before it",
            ),
            Row("pull|fetch …", "fetch commits", "same"),
            Row("checkout|switch|reset|restore …", "write checkout", "same"),
            Row("push …", "send commits", "same"),
            Row("init …", "create repository", "same"),
            Row(
                "worktree add PATH …",
                "create checkout",
                "fails",
                why="`{}` exists then",
                guard="a name that is new each time",
            ),
            Row(
                "remote add NAME _",
                "create remote",
                "fails",
                why="the remote `{}` exists then",
                guard="`git remote set-url`",
            ),
        ),
        valued="-C -c --git-dir --work-tree -b --branch --depth -o --origin --config --reference -j --jobs --filter --template",
    ),
    "curl": Manual(
        "curl(1) of curl 7.88",
        (Row("_…", "fetch file", "same", at="-o|--output"),),
        valued="-o --output -X --request -H --header -d --data -u --user -m --max-time --connect-timeout"
        " --retry --retry-delay -A -e -F --form -T --upload-file -w --write-out --cacert --resolve",
    ),
    "wget": Manual(
        "wget(1) of wget 1.21",
        (Row("_…", "fetch file", "same", at="-O|--output-document|-P|--directory-prefix"),),
        valued="-O --output-document -P --directory-prefix -o -T --timeout -t --tries -U --header",
    ),
    "ssh": Manual(
        "ssh(1) of OpenSSH 9",
        (Row("HOST …", "run host"),),
        valued="-b -c -D -E -e -F -I -i -J -L -l -m -O -o -p -Q -R -S -W -w",
        ends=True,
    ),
    "rsync": Manual(
        "rsync(1) of rsync 3.2",
        (
            Row(f"{DATABASE_FILE} …", "dump sqlite", "same", more=True),
            Row("…", "dump files", "same", text=DATA, more=True),
            Row(f"_ … {_REMOTE}", "send files", "same"),
            Row("_ … PATH", "write file", "same"),
        ),
        valued="-e --rsh --exclude --include --exclude-from --include-from --files-from -f --filter"
        " --rsync-path --chown --chmod --bwlimit --timeout --link-dest --backup-dir --password-file --port",
        asks=f"{ASKS} -n",
    ),
    "scp": Manual(
        "scp(1) of OpenSSH 9",
        (
            Row(f"{DATABASE_FILE} …", "dump sqlite", "same", more=True),
            Row(f"_ … {_REMOTE}", "send files", "same"),
            Row("_ … PATH", "fetch file", "same"),
        ),
        valued="-c -F -i -J -l -o -P -S -X",
    ),
    "rclone": Manual(
        "rclone, command reference",
        (Row("copy|sync|move|copyto|moveto|rcat … PLACE", "send files", "same"),),
    ),
    "aws": Manual(
        f"{_CLOUD}: aws s3, aws s3api",
        (
            Row("s3 cp|sync|mv … PLACE:s3://*", "send files", "same", tool="s3"),
            Row("s3 cp|sync|mv s3://* … PATH", "fetch file", "same"),
            Row("s3api put-object …", "send files", "same", at="=s3"),
        ),
        valued="--profile --region --endpoint-url --output",
    ),
    "s3cmd": Manual("s3cmd(1)", (Row("put|sync … PLACE:s3://*", "send files", "same", tool="s3"),)),
    "gsutil": Manual(
        f"{_CLOUD}: gsutil", (Row("… cp|rsync|mv … PLACE:gs://*", "send files", "same"),)
    ),
    "gcloud": Manual(
        f"{_CLOUD}: gcloud storage",
        (Row("storage cp|rsync … PLACE:gs://*", "send files", "same"),),
    ),
    "az": Manual(
        f"{_CLOUD}: az storage",
        (Row("storage blob|file upload|upload-batch|sync …", "send files", "same", at="=azure"),),
    ),
    "azcopy": Manual(f"{_CLOUD}: azcopy", (Row("copy|sync …", "send files", "same", at="=azure"),)),
    "mc": Manual("MinIO client", (Row("cp|mirror|pipe … PLACE", "send files", "same"),)),
    "b2": Manual(
        "b2 command line",
        (Row("upload-file|upload|file upload|sync …", "send files", "same", at="=b2"),),
    ),
    "restic": Manual(
        "restic, command reference",
        (Row("… backup …", "dump files", "same", more=True), _SENDS),
        valued="-r --repo -p --password-file --tag --exclude --host",
    ),
    "borg": _REPOSITORY,
    "borgmatic": _REPOSITORY,
    "kopia": _REPOSITORY,
    "duplicity": _REPOSITORY,
}
