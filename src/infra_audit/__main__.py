"""`python -m infra_audit` is `infra-audit`."""

from .cli import main

main()
