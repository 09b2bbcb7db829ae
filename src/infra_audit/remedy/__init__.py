"""The way out: the remediation plan."""
