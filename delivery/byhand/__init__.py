"""What people send by hand, and what waits for two of them: evacuation, notices, holds, corrections."""
