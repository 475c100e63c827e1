-- Two providers side by side: who got an attempt, and how traffic is shared between them.
ALTER TABLE attempts ADD COLUMN provider TEXT NOT NULL DEFAULT 'A';  -- A, or B for the second one
CREATE TABLE traffic (
    id INTEGER NOT NULL PRIMARY KEY,    -- 1: there is one row, or none before the first look
    shares TEXT NOT NULL,               -- JSON: provider -> points of a hundred
    why TEXT NOT NULL,                  -- start, worse, back, by_hand, automatic
    about TEXT NOT NULL DEFAULT '',     -- the provider that traffic went away from, or back to
    changed_at TEXT,
    looked_at TEXT,
    counts TEXT NOT NULL DEFAULT '{}'   -- JSON: what the last look found
);
