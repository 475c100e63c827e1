"""Bulletins: what programs read of us. Each tells of one hazard in one prefecture, and never changes."""
