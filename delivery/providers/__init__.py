"""Two providers side by side: who takes which text, and when traffic moves from one to the other."""
