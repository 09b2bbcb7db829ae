"""The formats in which a report is shown."""
