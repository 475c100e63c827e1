"""The pages of cases: the list by hazard and life stage, one case, writing it, and the file between municipalities."""
