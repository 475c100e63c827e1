"""Taking back, or putting right, what was told and was no warning: lessons and welcomes."""
