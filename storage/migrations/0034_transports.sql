-- Which transport a worker hands over to: all that work on one database have the same, or a simulated one would
-- take texts that are to leave. '' is not known: registered by a version that told none.
ALTER TABLE workers ADD COLUMN transport TEXT NOT NULL DEFAULT '';
