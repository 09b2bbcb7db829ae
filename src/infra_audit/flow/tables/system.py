"""The host itself: its name, kernel, swap, mounts, firewall and certificates."""

from __future__ import annotations

from .row import ASKS, Manual, Row

_IPTABLES = Manual(
    "iptables(8): a rule that is there already is appended or inserted once more",
    (
        Row(
            "…",
            "append firewall",
            "adds",
            given="-A|--append|-I|--insert",
            at="=iptables",
            why="the same rule stands in the chain once more",
            guard="`iptables -C … ||` before it",
        ),
        Row("…", "change firewall"),
    ),
    valued="-t --table -p --protocol -s --source -d --destination -j --jump -g --goto -i -o"
    " --in-interface --out-interface -m --match --dport --sport --dports --sports --state"
    " --ctstate --comment --to-destination --to-source --to-ports --limit --limit-burst",
    asks="--version --help -L -S -C --list --list-rules --check",
)
_FAIL2BAN = "fail2ban-client(1)"
_APACHE = Manual(
    "a2ensite(8), a2enmod(8): what is enabled already stays so",
    (Row("_…", "change system", "same"),),
)
_CERTBOT = Manual(
    "certbot 2, user guide: a certificate that is not due is kept",
    (
        Row("certificates|plugins|show_account …", ""),
        Row("renew …", "fetch certificate", "same"),
        Row("revoke|delete …", "remove certificate"),
        Row("…", "fetch certificate", "same"),
    ),
    valued="-d --domain --domains -m --email -w --webroot-path --cert-name --preferred-challenges"
    " --deploy-hook --pre-hook --post-hook --server --config-dir --http-01-port -c --config",
    asks="--version --help --dry-run -h",
)

SYSTEM: dict[str, Manual] = {
    "ufw": Manual(
        "ufw(8): a rule that exists is skipped with exit status 0",
        (
            Row("allow|deny|limit|reject …", "change firewall", "same"),
            Row("enable|default …", "change firewall", "same"),
            Row("delete|insert|route|reset|disable …", "change firewall"),
        ),
        asks="--version --help --dry-run",
    ),
    "firewall-cmd": Manual(
        "firewall-cmd(1): an element that is there already is a warning with exit status 0",
        (Row("…", "change firewall", "same"),),
        asks=f"{ASKS} --list* --query* --get* --info* --state* --check-config*",
    ),
    "iptables": _IPTABLES,
    "ip6tables": _IPTABLES,
    "iptables-restore": Manual(
        "iptables-restore(8)", (Row("…", "change firewall", "same"),), asks=f"{ASKS} -t --test"
    ),
    "netfilter-persistent": Manual(
        "netfilter-persistent(8)", (Row("_ …", "change firewall", "same"),)
    ),
    "nft": Manual(
        "nft(8)",
        (
            Row("list …", ""),
            Row(
                "add rule …",
                "append firewall",
                "adds",
                at="=nft",
                why="the same rule stands in the chain once more",
                guard="a whole ruleset with `flush ruleset`, loaded with `nft -f`",
            ),
            Row("…", "change firewall"),
        ),
        asks=f"{ASKS} -c --check",
    ),
    "hostnamectl": Manual(
        "hostnamectl(1)", (Row("set-hostname|hostname _", "change system", "same"),)
    ),
    "timedatectl": Manual(
        "timedatectl(1)", (Row("set-timezone|set-ntp|set-time _", "change system", "same"),)
    ),
    "localectl": Manual(
        "localectl(1)", (Row("set-locale|set-keymap|set-x11-keymap …", "change system", "same"),)
    ),
    "locale-gen": Manual("locale-gen(8)", (Row("…", "change system", "same"),)),
    "sysctl": Manual(
        "sysctl(8)",
        (
            Row("…", "change system", "same", given="-w|-p|--write|--load|--system"),
            Row("*=* …", "change system", "same"),
        ),
    ),
    "swapon": Manual(
        "swapon(8)",
        (Row("…", "change system", "same", given="-a|--all"), Row("_ …", "change system")),
        asks=f"{ASKS} -s --show --summary",
    ),
    "swapoff": Manual("swapoff(8)", (Row("…", "change system"),)),
    "mkswap": Manual("mkswap(8)", (Row("_ …", "change system"),)),
    "mount": Manual(
        "mount(8)",
        (Row("…", "change system", "same", given="-a|--all"), Row("_ …", "change system")),
        valued="-t -o -O -L -U --types --options",
    ),
    "umount": Manual("umount(8)", (Row("_ …", "change system"),)),
    "mkfs": Manual("mkfs(8)", (Row("_ …", "change system"),), valued="-t -L -b"),
    "mkfs.ext4": Manual("mke2fs(8)", (Row("_ …", "change system"),), valued="-t -L -b"),
    "modprobe": Manual("modprobe(8)", (Row("_ …", "change system", "same"),)),
    "setenforce": Manual("setenforce(8)", (Row("_", "change system", "same"),)),
    "reboot": Manual("reboot(8)", (Row("…", "stop system"),)),
    "shutdown": Manual("shutdown(8)", (Row("…", "stop system"),)),
    "a2ensite": _APACHE,
    "a2enmod": _APACHE,
    "a2dissite": _APACHE,
    "a2dismod": _APACHE,
    "certbot": _CERTBOT,
    "certbot-auto": _CERTBOT,
    "fail2ban-client": Manual(
        _FAIL2BAN, (Row("status|ping|get|version …", ""), Row("_ …", "change system"))
    ),
    "crontab": Manual(
        "crontab(1): the whole table is replaced by what is read",
        (
            Row("…", "remove cron", "same", given="-r"),
            Row("FILE", "schedule cron", "same"),
            Row("", "schedule cron", "same"),
        ),
        valued="-u",
        asks="-l -e -V --help --version",
    ),
}
