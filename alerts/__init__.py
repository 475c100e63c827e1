"""The vocabulary of warnings, what is in force, what changed, and the decision to send, hold or record."""
