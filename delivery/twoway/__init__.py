"""What people send us: taken once, understood, answered in their language, and forgotten after 72 hours."""
