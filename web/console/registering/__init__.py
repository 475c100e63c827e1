"""Registering people in the console: one by one or from a file, with counts only."""
