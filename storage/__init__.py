"""The door to the database: engines, transactions, migrations. Knows no domain."""
