"""The pages of the coordinators' course."""
