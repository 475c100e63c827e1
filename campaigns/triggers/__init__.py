"""Rules that set a campaign off by themselves: by season, by a hazard in sight, after an event in a place."""
