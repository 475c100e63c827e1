"""The pages of own texts: write, draft, read, sign."""
