"""The outermost layer: settings, wiring, and the commands. It decides nothing about warnings."""
