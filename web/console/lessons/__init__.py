"""What people answered to lessons, in the console: by lesson, language and place."""
