"""Webhooks: what other programs are told of at once, signed, and tried again until they have it."""
