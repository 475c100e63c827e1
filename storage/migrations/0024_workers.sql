-- Several processes on one database. Times here are by the database's own clock, never by a machine's.
CREATE TABLE leases (
    name TEXT NOT NULL PRIMARY KEY,     -- what only one process does at a time
    epoch INTEGER NOT NULL,             -- one more for each holder: whatever an earlier one still writes is refused
    holder TEXT NOT NULL,
    until TEXT NOT NULL,
    UNIQUE (name, epoch)                -- makes the epoch a key: it waits for FOR KEY SHARE, a renewal does not
);
CREATE TABLE workers (
    id INTEGER NOT NULL PRIMARY KEY,    -- counted, so that none comes twice
    name TEXT NOT NULL,                 -- machine and process
    started_at TEXT NOT NULL,
    seen_at TEXT NOT NULL               -- long ago: it is dead, and its open attempts have an unknown outcome
);
CREATE TABLE paces (
    sender TEXT NOT NULL PRIMARY KEY,   -- '' for the transport's own
    free_at INTEGER NOT NULL            -- when its next turn begins, in microseconds since 1970
);
ALTER TABLE attempts ADD COLUMN worker_id INTEGER;  -- who has it in hand; null where only one process sends
