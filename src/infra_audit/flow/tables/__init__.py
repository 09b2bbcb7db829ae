"""What commands do, by their manuals: one table for all of them, put together of its themes.

The key is a command, or a command and its subcommand where the options are the subcommand's own.
What is not listed is unknown, and unknown does nothing.
"""

from __future__ import annotations

from .containers import CONTAINERS
from .copies import COPIES
from .databases import DATABASES
from .dependencies import DEPENDENCIES
from .files import FILES
from .packages import PACKAGES
from .row import Manual
from .services import SERVICES
from .system import SYSTEM
from .users import USERS

TABLE: dict[str, Manual] = {
    **CONTAINERS,
    **COPIES,
    **DATABASES,
    **DEPENDENCIES,
    **FILES,
    **PACKAGES,
    **SERVICES,
    **SYSTEM,
    **USERS,
}
