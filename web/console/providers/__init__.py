"""`/console/providers`: how texts are shared between two SMS providers."""
