-- What people send by hand waits here for a second person; what a feed led to and is held has a deadline.
CREATE TABLE submissions (
    id {ID},
    kind TEXT NOT NULL,                 -- alert, correct, release
    state TEXT NOT NULL,                -- waiting, approved, done, rejected, taken_back, expired, overtaken, failed
    municipality TEXT NOT NULL,         -- of whoever submitted it
    areas TEXT NOT NULL,                -- comma separated municipality codes
    hazard TEXT NOT NULL,
    grade TEXT NOT NULL,
    body TEXT NOT NULL,                 -- JSON: the draft, or what is corrected and how
    texts TEXT NOT NULL,                -- JSON: word for word what both saw, with the correction prepared beside it
    people INTEGER NOT NULL,            -- registered there when it was submitted
    expected INTEGER NOT NULL,          -- as the submitter said
    explanation TEXT NOT NULL,          -- why it may be more than twice as many
    reason TEXT NOT NULL,               -- of a correction
    broadcast_id INTEGER REFERENCES broadcasts (id),    -- which it corrects or releases
    submitted_by TEXT NOT NULL,
    submitted_at TEXT NOT NULL,
    deadline TEXT NOT NULL,
    decided_by TEXT NOT NULL DEFAULT '',
    decided_at TEXT,
    decided_why TEXT NOT NULL DEFAULT '',
    done_at TEXT,
    made TEXT NOT NULL DEFAULT '',      -- comma separated ids of the broadcasts it led to
    called_at TEXT,                     -- people on duty were told that it waits
    reminded_at TEXT                    -- … and again before its deadline
);
CREATE INDEX submissions_open ON submissions (deadline) WHERE state IN ('waiting', 'approved');
CREATE INDEX submissions_broadcast ON submissions (broadcast_id) WHERE broadcast_id IS NOT NULL;

CREATE TABLE holds (
    broadcast_id INTEGER PRIMARY KEY REFERENCES broadcasts (id),
    deadline TEXT NOT NULL,
    called_at TEXT,
    reminded_at TEXT,
    overdue_at TEXT,                    -- the deadline passed: people were told, and it may still be decided
    closed_at TEXT,
    outcome TEXT NOT NULL DEFAULT '',   -- released, rejected, overtaken
    decided_by TEXT NOT NULL DEFAULT '',
    why TEXT NOT NULL DEFAULT ''
);
CREATE INDEX holds_open ON holds (deadline) WHERE closed_at IS NULL;

-- what two people took back of what a telegram said of a place; `grade` stands there instead
CREATE TABLE struck (
    hazard TEXT NOT NULL,
    event TEXT NOT NULL,
    place TEXT NOT NULL,
    digest TEXT NOT NULL,               -- of the telegram since which the grade was in force
    grade TEXT NOT NULL,                -- none, or the grade that is right
    submission_id INTEGER NOT NULL REFERENCES submissions (id),
    PRIMARY KEY (hazard, event, place, digest)
);
