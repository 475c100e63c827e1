"""Residents' pages: the start page and the page of an alert, in the reader's language, without an account."""
