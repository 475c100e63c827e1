-- Looked for every second: which corrections of lessons and welcomes are not told to their end.
CREATE INDEX broadcasts_corrections ON broadcasts (created_at) WHERE origin = 'correction';
