"""Drafts of free text by machine: never on the send path, only ever a proposal to a person who reads the language."""
