-- Our own training telegrams, each followed through all steps to a test number.
CREATE TABLE probes (
    id {ID},
    digest TEXT NOT NULL UNIQUE,        -- of the telegram
    started_at TEXT NOT NULL,
    state TEXT NOT NULL,                -- reading, sending, arrived, silent
    message_id INTEGER REFERENCES messages (id),
    settled_at TEXT
);
