"""Texts of a coordinator's own: written in one language, drafted in others, signed language by language."""
