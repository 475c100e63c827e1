-- What municipalities send us in CAP 1.2: stored before it is read; and who approved of which source.
CREATE TABLE source_messages (
    id {ID},
    source TEXT NOT NULL,               -- name in the settings
    digest TEXT NOT NULL,               -- SHA-256 of the raw bytes
    received_at TEXT NOT NULL,
    size INTEGER NOT NULL,
    body {BYTES} NOT NULL,              -- zlib
    state TEXT NOT NULL,                -- pending, counts, recorded, quarantined
    reason TEXT NOT NULL DEFAULT '',
    due_at TEXT,                        -- of one that takes effect later
    name TEXT,                          -- sender,identifier: once for each source
    word TEXT NOT NULL DEFAULT '',      -- JSON: what it says, where it counts
    read_at TEXT,
    UNIQUE (source, digest),
    UNIQUE (source, name)
);
CREATE INDEX source_messages_pending ON source_messages (id) WHERE state = 'pending';
CREATE INDEX source_messages_counts ON source_messages (source, id) WHERE state = 'counts';

CREATE TABLE sources (
    name TEXT NOT NULL PRIMARY KEY,
    asked TEXT NOT NULL DEFAULT '',     -- JSON: the changes that people were asked to sign last; '': look again
    polled_at TEXT,
    failing_since TEXT,
    last_error TEXT NOT NULL DEFAULT ''
);

CREATE TABLE source_approvals (
    id {ID},
    source TEXT NOT NULL,
    fingerprint TEXT NOT NULL,          -- of the settings that were approved
    first_by TEXT NOT NULL,
    first_at TEXT NOT NULL,
    second_by TEXT NOT NULL DEFAULT '',
    second_at TEXT,
    revoked_by TEXT NOT NULL DEFAULT '',
    revoked_at TEXT
);
CREATE INDEX source_approvals_source ON source_approvals (source, id);

