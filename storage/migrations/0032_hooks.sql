-- Webhooks: who is told of alerts and broadcasts, and what of it they have. No row holds anything of a person.
CREATE TABLE hooks (
    id {ID},
    name TEXT NOT NULL UNIQUE,
    url TEXT NOT NULL,
    municipality TEXT NOT NULL,         -- '' for all of Japan: the operator's
    salt TEXT NOT NULL,                 -- with the service's key it gives the secret, which stands nowhere
    created_at TEXT NOT NULL,
    created_by TEXT NOT NULL,
    disabled_at TEXT,
    disabled_why TEXT NOT NULL DEFAULT ''
);

CREATE TABLE hook_deliveries (
    id {ID},
    hook_id INTEGER NOT NULL REFERENCES hooks (id),
    event TEXT NOT NULL,                -- what is told; once for each hook, and the id that receivers know it by
    body TEXT NOT NULL,
    state TEXT NOT NULL,                -- waiting, delivered, given_up
    attempts INTEGER NOT NULL DEFAULT 0,
    due_at TEXT NOT NULL,
    created_at TEXT NOT NULL,
    settled_at TEXT,
    answer TEXT NOT NULL DEFAULT '',    -- what came of the last attempt
    UNIQUE (hook_id, event)
);
CREATE INDEX hook_deliveries_due ON hook_deliveries (due_at) WHERE state = 'waiting';

-- how far the rows have been told: bulletins by id, broadcasts each by its state
CREATE TABLE hook_marks (
    name TEXT NOT NULL PRIMARY KEY,
    value INTEGER NOT NULL
);
CREATE TABLE hook_broadcasts (
    broadcast_id INTEGER PRIMARY KEY,
    told TEXT NOT NULL                  -- started, ended, cancelled
);
