"""`/api/v1`: JSON for municipalities and other programs (contract §5), described by its own OpenAPI document."""
