"""Who may do what: users with roles per municipality, sessions, keys of programs."""
