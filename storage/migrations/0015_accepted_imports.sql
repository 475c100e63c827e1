-- Accepted imports until all their people are registered: whoever comes next finishes one that was broken off.
CREATE TABLE accepted_imports (
    id {ID},
    municipality TEXT NOT NULL,
    actor TEXT NOT NULL,
    wording TEXT NOT NULL,              -- version of the declaration
    file_digest TEXT NOT NULL,
    people INTEGER NOT NULL,
    touched_at TEXT NOT NULL            -- when somebody last worked on it
);
CREATE TABLE accepted_people (
    import_id INTEGER NOT NULL REFERENCES accepted_imports (id),
    number INTEGER NOT NULL,            -- 1, 2, 3 …
    body TEXT NOT NULL,                 -- JSON: hashes and sealed numbers with what is registered of them; '' when done
    added INTEGER NOT NULL DEFAULT 0,
    changed INTEGER NOT NULL DEFAULT 0,
    unchanged INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (import_id, number)
);
