"""Free words of a coordinator: what a text says, and gates that a text in another language has to pass. Pure."""
