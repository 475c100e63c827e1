-- A case out of a file belongs to the municipality that imported it until that shares it: each has a copy of its own.
-- The key in the file, of a further copy here; its own `case_key` is another one.
ALTER TABLE cases ADD COLUMN shared_key TEXT;
CREATE INDEX cases_shared_key ON cases (shared_key) WHERE shared_key IS NOT NULL;
