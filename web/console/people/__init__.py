"""Who has access for a municipality: the page on which an administrator sees it and ends it."""
