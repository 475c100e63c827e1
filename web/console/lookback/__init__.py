"""What was sent: every broadcast as a page, as CSV and on paper, and how much people get."""
