"""The coordinators' course: what they need to know before the night, with questions, each year anew."""
