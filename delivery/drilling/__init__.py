"""The outbox, the sender and the answers of drills: beside those of warnings, and never one for the other."""
