"""The console's pages for drills: the list, one drill, who agreed."""
