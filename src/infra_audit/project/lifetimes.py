"""When versions of runtimes, distributions and databases got their last security fix: data about the world.

As of 2026-11, from https://nodejs.org/en/about/previous-releases, https://devguide.python.org/versions/,
https://www.php.net/eol.php, https://www.ruby-lang.org/en/downloads/branches/, https://wiki.debian.org/LTS,
https://ubuntu.com/about/release-cycle (without Ubuntu Pro), https://alpinelinux.org/releases/,
https://www.postgresql.org/support/versioning/, https://endoflife.date/mysql, https://endoflife.date/mariadb
and https://www.mongodb.com/legal/support-policy/lifecycles. Only what has ended is listed, so that the answer
is the same whenever it is asked.
"""

from __future__ import annotations

from msgspec import Struct

from ..source.regex import regex
from .store_images import name_and_tag

AS_OF = "2026-11"


class Ended(Struct, frozen=True, gc=False):
    """A version that gets no more security fixes; `since` is the year and month of the last one."""

    product: str
    since: str

    @property
    def is_old(self) -> bool:
        """Whether it has been so for more than a year."""
        year, month = self.since.split("-")
        return f"{int(year) + 1}-{month}" < AS_OF


_NODE = {
    "8": "2019-12", "10": "2021-04", "12": "2022-04", "14": "2023-04", "15": "2021-06", "16": "2023-09", "17": "2022-06",
    "18": "2025-04", "19": "2023-06", "20": "2026-04", "21": "2024-06", "23": "2025-06",
}  # fmt: skip
_PYTHON = {
    "2": "2020-01", "2.7": "2020-01", "3.5": "2020-09", "3.6": "2021-12", "3.7": "2023-06", "3.8": "2024-10", "3.9": "2025-10",
    "3.10": "2026-10",
}  # fmt: skip
_PHP = {
    "5": "2018-12", "7.0": "2019-01", "7.1": "2019-12", "7.2": "2020-11", "7.3": "2021-12", "7": "2022-11", "7.4": "2022-11",
    "8.0": "2023-11", "8.1": "2025-12",
}  # fmt: skip
_RUBY = {
    "2": "2023-03", "2.5": "2021-04", "2.6": "2022-04", "2.7": "2023-03", "3.0": "2024-04", "3.1": "2025-03", "3.2": "2026-03",
}  # fmt: skip
_ALPINE = {
    "3.12": "2022-05", "3.13": "2022-11", "3.14": "2023-05", "3.15": "2023-11", "3.16": "2024-05", "3.17": "2024-11",
    "3.18": "2025-05", "3.19": "2025-11", "3.20": "2026-04",
}  # fmt: skip
_DEBIAN = {
    "8": "2020-06", "jessie": "2020-06", "9": "2022-06", "stretch": "2022-06", "10": "2024-06", "buster": "2024-06",
    "11": "2026-08", "bullseye": "2026-08",
}  # fmt: skip
_UBUNTU = {
    "14.04": "2019-04", "16.04": "2021-04", "xenial": "2021-04", "18.04": "2023-05", "bionic": "2023-05", "20.04": "2025-05",
    "focal": "2025-05",
}  # fmt: skip
_CENTOS = {"6": "2020-11", "7": "2024-06", "8": "2021-12"}
_POSTGRES = {
    "9": "2021-11", "9.5": "2021-02", "9.6": "2021-11", "10": "2022-11", "11": "2023-11", "12": "2024-11", "13": "2025-11",
    "14": "2026-11",
}  # fmt: skip
_MYSQL = {"5": "2023-10", "5.6": "2021-02", "5.7": "2023-10", "8.0": "2026-04"}
_MARIADB = {"10.3": "2023-05", "10.4": "2024-06", "10.5": "2025-06", "10.6": "2026-07"}
_MONGO = {
    "3": "2021-04", "4": "2024-02", "4.0": "2022-04", "4.2": "2023-04", "4.4": "2024-02", "5": "2024-10", "5.0": "2024-10",
    "6": "2025-07", "6.0": "2025-07",
}  # fmt: skip
_PRODUCTS = {
    "node": ("Node.js", _NODE),
    "python": ("Python", _PYTHON),
    "php": ("PHP", _PHP),
    "ruby": ("Ruby", _RUBY),
    "alpine": ("Alpine", _ALPINE),
    "debian": ("Debian", _DEBIAN),
    "ubuntu": ("Ubuntu", _UBUNTU),
    "centos": ("CentOS", _CENTOS),
    "postgres": ("PostgreSQL", _POSTGRES),
    "postgis/postgis": ("PostgreSQL", _POSTGRES),
    "mysql": ("MySQL", _MYSQL),
    "mariadb": ("MariaDB", _MARIADB),
    "mongo": ("MongoDB", _MONGO),
}
_SUPPORTED = {"node": "24", "python": "3.13"}
"""What to move to: as of `AS_OF` Node.js 24 gets security fixes until 2028-04, Python 3.13 until 2029-10."""
_VARIANTS = ("alpine", "slim")
_OFFICIAL = regex(r"^(?:docker\.io/)?(?:library/)?")
_VERSION = regex(r"v?(\d+(?:\.\d+)?|[a-z]+)(?=[.-]|$)")
_BENEATH = regex(r"-(?:(?P<alpine>alpine)(?P<version>3\.\d+)|(?P<name>[a-z]+))(?=-|$)")


def ended(image: str) -> Ended | None:
    """What an official image's version brings that has ended: itself, or else the distribution beneath it."""
    name, tag = name_and_tag(image)
    product, lines = _PRODUCTS.get(_OFFICIAL.sub("", name), ("", {}))
    version = _VERSION.match(tag)
    if not product or version is None:
        return None
    known = version[1] if version[1] in lines else version[1].partition(".")[0]
    if known in lines and ("." in known or known == version[1] or f"{known}.0" not in lines):
        return Ended(f"{product} {known}", lines[known])
    for beneath in _BENEATH.finditer(tag):
        system, number = (
            ("Alpine", beneath["version"]) if beneath["alpine"] else ("Debian", beneath["name"])
        )
        since = (_ALPINE if beneath["alpine"] else _DEBIAN).get(number)
        if since is not None:
            return Ended(f"{system} {number}", since)
    return None


def successor(image: str) -> str | None:
    """The official image of a supported version in place of one whose own version has ended.

    None where that has not ended, or where nothing here tells which is supported.
    """
    over = ended(image)
    name, tag = name_and_tag(image)
    official = _OFFICIAL.sub("", name)
    version = _SUPPORTED.get(official)
    if over is None or version is None or not over.product.startswith(_PRODUCTS[official][0]):
        return None
    variant = next((f"-{variant}" for variant in _VARIANTS if f"-{variant}" in tag), "")
    return f"{name}:{version}{variant}"
