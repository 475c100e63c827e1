-- People close a notice that nothing else ends; the same does not come up again while it goes on.
ALTER TABLE notices ADD COLUMN closed_by TEXT NOT NULL DEFAULT '';
ALTER TABLE notices ADD COLUMN closed_why TEXT NOT NULL DEFAULT '';
CREATE INDEX notices_closed ON notices (kind, subject, last_at) WHERE closed_by <> '';
