"""The page of a lesson: pictograms, what to know, one question."""
