-- Who answers for a program that has a key: what it submits is theirs, and nobody signs twice.
ALTER TABLE api_keys ADD COLUMN owner TEXT NOT NULL DEFAULT '';     -- name of a user; '': nobody answers for it
ALTER TABLE submissions ADD COLUMN owner TEXT NOT NULL DEFAULT '';  -- whose first signature it is; '': nobody's yet
UPDATE submissions SET owner = submitted_by WHERE submitted_by LIKE 'user:%';
