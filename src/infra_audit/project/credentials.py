"""What is a credential, by its name and its value, and how to show one without telling it.

The formats of tokens are those that their issuers publish (GitHub, GitLab, AWS, Stripe, Slack, npm,
SendGrid, DigitalOcean, Docker, Shopify, Telegram, Anthropic, OpenAI) as of 2025.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import Literal as Choice

from ..source.regex import regex

Sort = Choice["token", "random", "chosen", "placeholder"]
"""A token of a known issuer, a value as a generator makes it, one that somebody thought up, and one
that is there to be replaced."""

_NAMED = regex(
    r"(?:.*(?:SECRET|PASSWORD|PASSWD|PASSPHRASE|TOKEN|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|SECRET_?KEY"
    r"|ENCRYPTION_?KEY|SIGNING_?KEY|MASTER_?KEY|AUTH_?KEY|SECRET_KEY_BASE|CREDENTIALS?)|(?:.*_)(?:PASS|PWD|SALT)"
    r"|APP_KEY|SSHPASS|.*COOKIE_KEYS?|.*JWT_KEY)",
    re.IGNORECASE,
)
_PASSWORD = regex(r".*(?:PASSWORD|PASSWD|PASSPHRASE|_PASS|_PWD|SSHPASS)", re.IGNORECASE)
_SIGNING = regex(
    r".*(?:JWT|SESSION|COOKIE|NEXTAUTH|REFRESH)_?(?:\w+_)?(?:SECRET|KEY)", re.IGNORECASE
)
"""What signs sessions and tokens: nothing else is called so."""
_PUBLIC = regex(
    r"(?:NX_)?(?:NEXT_PUBLIC|NUXT_PUBLIC|VITE|REACT_APP|PUBLIC|EXPO_PUBLIC|GATSBY|STORYBOOK|VUE_APP)_.*"
    r"|.*(?:PUBLISHABLE|PUBLIC|SITE_?KEY|POSTHOG|MAPBOX|ALGOLIA_SEARCH|CONTINUATION|NEXT_TOKEN).*"
    r"|(?:.*_)?(?:ANON|MAX|MIN|NO|USE|SKIP|REQUIRED?|ENABLED?|HAS|IS|CHANGE|RESET|FORGOT|SHOW|ASK)_.*",
    re.IGNORECASE,
)
_TOKENS = regex(
    r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{60,}|glpat-[\w-]{20}|(?:AKIA|ASIA)[0-9A-Z]{16}|[sr]k_live_[0-9A-Za-z]{20,}"
    r"|sk-(?:proj|ant|svcacct)-[\w-]{30,}|xox[abprs]-\d[\w-]{20,}|npm_[A-Za-z0-9]{36}|SG\.[\w-]{22}\.[\w-]{43}"
    r"|dop_v1_[a-f0-9]{64}|dckr_pat_[\w-]{20,}|shp(?:at|ss|ca)_[a-fA-F0-9]{32}|\d{8,10}:AA[\w-]{33}|hvs\.[\w-]{24,})(?![\w-])"
    r"|-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----"
)
_SHOWN = regex(r"EXAMPLE|(\w)\1{7}|0123456789|123456789|abcdefgh", re.IGNORECASE)
"""What a token that is only shown looks like."""
_PLACEHOLDER = regex(
    r"chang(?:e|ing)|replac|your|example|placeholder|dummy|fake|sample|todo|fixme|insert|xxx|\.\.\.|…|secr[e3]t|password"
    r"|passwd|\btest|demo\b|default|redacted|masked|-here|_here|not-?set|build-?time|s3cr[e3]t|supers",
    re.IGNORECASE,
)
_ISSUED = regex(r".*CLIENT_SECRET", re.IGNORECASE)
"""What a provider makes and nobody may choose."""
_TYPED = regex(r"([a-z]{3})\1", re.IGNORECASE)
"""What fingers type to fill a place, and a generator makes once in ten thousand times: `asdasd`."""
_FOR_BUILD = regex(
    r"build|dummy|fake|placeholder|skip|ci-|-ci|unused|not-?used|mock", re.IGNORECASE
)
_NO_SECRET = regex(
    r"(?:true|false|yes|no|none|null|nil|undefined|auto|disabled?|enabled?|required|optional|unset|empty|missing|on|off|ok"
    r"|guest|bearer|basic|token|stdin|prompt|env|file|vault|sops|\d{1,5}|[*xX•.-]+"
    r"|\S+\.(?:txt|pem|key|json|env|sh|ya?ml|gpg|crt|pub|asc|conf|secret|enc))",
    re.IGNORECASE,
)
_CAPITALS = regex(r"[A-Z][A-Z0-9]*_[A-Z0-9_]+")
_BEGINS = (
    "/",
    "./",
    "../",
    "~",
    "$",
    "%",
    "{",
    "<",
    "[",
    "(",
    "@",
    "-",
    "#",
    "arn:",
    "op://",
    "projects/",
    "^",
    "\\",
)
_BROKEN = regex(r"[\s$`{}<>|;\"']|%s|://")
_RESOURCE = regex(r"[a-z]+(?:[-_/.:][a-z]+)+")
"""What a secret of a cluster or a vault is called."""
_LEAST_RANDOM = 16
_LEAST_BITS = 3.0


def is_named(name: str) -> bool:
    """Whether a variable of this name holds a credential that nobody else may know."""
    return _NAMED.fullmatch(name) is not None and _PUBLIC.fullmatch(name) is None


def token(text: str) -> str:
    """The token of a known issuer in a text, '' for none."""
    found = _TOKENS.search(text) if len(text) >= _LEAST_RANDOM else None
    return "" if found is None or _SHOWN.search(found[0]) else found[0]


def sort(name: str, value: str) -> Sort | None:
    """What sort of credential a value of a name is; None for none, or where it cannot be told."""
    if token(value):
        return "token"
    if not is_named(name) or len(value) < 3 or value.startswith(_BEGINS) or _BROKEN.search(value):
        return None
    if value.lower() == name.lower() or _CAPITALS.fullmatch(value):
        return None
    if _NO_SECRET.fullmatch(value):
        return None
    if _PLACEHOLDER.search(value) or _SHOWN.search(value):
        return "placeholder"
    if _ISSUED.fullmatch(name) and _TYPED.search(value):
        return "placeholder"
    if _is_random(value):
        return "random"
    if _PASSWORD.fullmatch(name):
        return "chosen"
    if _SIGNING.fullmatch(name):
        return "chosen"
    return None if _RESOURCE.fullmatch(value) or len(value) < 8 else "chosen"


def is_own(name: str, value: str) -> bool:
    """Whether a value that was to be replaced works all the same: what is signed or locked here.

    The key of somebody else's service simply does not work until it is replaced.
    """
    if _SIGNING.fullmatch(name) or _OWN.fullmatch(name):
        return True
    prefixed = _PASSWORD.fullmatch(name) is not None and name.lower() not in _BARE
    return prefixed and not asks(value)


_OWN = regex(
    r"(?:\w+_)?SECRET_KEY(?:_BASE)?|APP_(?:KEY|SECRET)|SECRET|(?:\w+_)?(?:AUTH|TOKEN|ENCRYPTION|SIGNING|PAYLOAD)_?(?:SECRET|KEY)",
    re.IGNORECASE,
)
_BARE = frozenset({"password", "passwd", "passphrase"})
"""In a file that some other program reads, this may be anybody's."""
_ASKS = regex(r"<|your|insert|enter|put|replace|fill|add|todo|xxx|\.\.\.", re.IGNORECASE)


def signs(name: str) -> bool:
    """Whether a variable of this name holds what an application signs and locks its own things with."""
    return _SIGNS.fullmatch(name) is not None and not is_issued(name)


def is_issued(name: str) -> bool:
    """Whether another service issues what a variable of this name holds."""
    return _FOREIGN.fullmatch(name) is not None


_SIGNS = regex(
    r"(?:\w+_)?(?:JWT|SESSION|COOKIE|NEXTAUTH|BETTER_AUTH)_?(?:\w+_)?(?:SECRET|KEY)"
    r"|(?:(?:\w+_)?(?:DJANGO|FLASK|APP|SERVER|WEB|WEBUI|API|SITE)_)?SECRET_KEY(?:_BASE)?|APP_(?:KEY|SECRET)|SECRET"
    r"|(?:\w+_)?(?:AUTH|TOKEN|ENCRYPTION|SIGNING|SIGNED_LINK|PAYLOAD|REFRESH|CRON|INTERNAL)_?(?:SECRET|KEY)(?:_KEY)?",
    re.IGNORECASE,
)
"""What an application signs and locks its own things with: it works with any value."""
_FOREIGN = regex(
    r".*(?:CLIENT|GITHUB|GOOGLE|STRIPE|AWS|AZURE|FACEBOOK|TWITTER|APPLE|DISCORD|SLACK|OAUTH|PUSHER|CLERK|SUPABASE|PUBLIC).*",
    re.IGNORECASE,
)
"""What another service issues: a value that is made up does not work there."""


def asks(value: str) -> bool:
    """Whether a value asks its reader to put another one in its place."""
    return _ASKS.match(value) is not None


def is_for_build(value: str) -> bool:
    """Whether a value says itself that it only satisfies a build."""
    return _FOR_BUILD.search(value) is not None


def masked(value: str) -> str:
    """A value that can be recognised by whoever knows it, and by nobody else."""
    if value.startswith("-----BEGIN "):
        return "-----BEGIN …"
    return f"{value[:2]}…" if len(value) >= 8 else "…"


def _is_random(value: str) -> bool:
    if len(value) < _LEAST_RANDOM or _RESOURCE.fullmatch(value):
        return False
    if not (regex(r"\d").search(value) and regex(r"[A-Za-z]").search(value)):
        return False
    counts = Counter(value)
    bits = -sum(n / len(value) * math.log2(n / len(value)) for n in counts.values())
    return bits >= _LEAST_BITS
