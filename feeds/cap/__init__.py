"""CAP 1.2 messages of municipalities: read, checked against the standard, and understood by a declared table."""
