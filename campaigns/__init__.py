"""Preparedness between disasters: lessons that are due, held while a warning is in force at that place."""
