-- What became of each broadcast's messages, by place, language and state; no person. Counted again while it moves.
CREATE TABLE broadcast_counts (
    broadcast_id INTEGER NOT NULL REFERENCES broadcasts (id),
    place TEXT NOT NULL,
    language TEXT NOT NULL,
    state TEXT NOT NULL,
    messages INTEGER NOT NULL,
    PRIMARY KEY (broadcast_id, place, language, state)
);
CREATE INDEX broadcast_counts_place ON broadcast_counts (place, broadcast_id);
CREATE TABLE counted_broadcasts (
    broadcast_id INTEGER PRIMARY KEY REFERENCES broadcasts (id),
    version TEXT NOT NULL,              -- messages by state when they were counted
    counted_at TEXT NOT NULL
);
CREATE INDEX texts_broadcast ON texts (broadcast_id, language);
-- who did what about one thing
CREATE INDEX audit_entries_subject ON audit_entries (subject, number);
