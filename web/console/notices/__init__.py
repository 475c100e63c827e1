"""The page of open notices."""
