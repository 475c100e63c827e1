"""Pages over the rows of the database: the console, health and metrics. Reads only; decides and sends nothing."""
