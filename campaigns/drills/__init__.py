"""Drills: what is practised, with whom, and what came of it. What leaves the machine is for `delivery.drilling`."""
