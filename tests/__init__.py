"""A package with this file, so that no `tests` of an installed library is found instead."""
