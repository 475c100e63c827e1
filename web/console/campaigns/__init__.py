"""The console's pages for campaigns: list and calendar, plan and preview, one campaign, rules."""
