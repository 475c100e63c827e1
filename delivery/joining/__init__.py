"""Texts to people who register themselves: codes, and registering by SMS alone."""
