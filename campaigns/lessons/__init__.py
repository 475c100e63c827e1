"""Lessons: what they are about, whom they fit, and how they are answered."""
