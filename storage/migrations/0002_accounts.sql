-- Who may sign in, with which roles; keys of programs; and the log of everything that people change.

CREATE TABLE users (
    id {ID},
    name TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,        -- Argon2id
    must_change INTEGER NOT NULL,       -- 1: the password was printed once and has to be replaced
    failures INTEGER NOT NULL DEFAULT 0,
    locked_until TEXT,
    created_at TEXT NOT NULL,
    disabled_at TEXT
);

CREATE TABLE user_grants (
    user_id INTEGER NOT NULL REFERENCES users (id),
    municipality TEXT NOT NULL,
    role TEXT NOT NULL,                 -- registrar, supporter, coordinator, approver, admin
    supported_group TEXT NOT NULL DEFAULT '',   -- of a supporter: the group they look after
    granted_at TEXT NOT NULL,
    PRIMARY KEY (user_id, municipality, role, supported_group)
);

CREATE TABLE sessions (
    token_hash TEXT NOT NULL PRIMARY KEY,       -- SHA-256 of the cookie
    user_id INTEGER NOT NULL REFERENCES users (id),
    created_at TEXT NOT NULL,
    seen_at TEXT NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_id);

CREATE TABLE api_keys (
    id {ID},
    key_hash TEXT NOT NULL UNIQUE,      -- SHA-256 of the key; the key itself is shown once
    name TEXT NOT NULL UNIQUE,
    municipality TEXT NOT NULL,
    role TEXT NOT NULL,
    supported_group TEXT NOT NULL DEFAULT '',
    created_at TEXT NOT NULL,
    revoked_at TEXT
);

-- append-only: each entry carries the hash of the one before
CREATE TABLE audit_entries (
    number INTEGER NOT NULL PRIMARY KEY,        -- 1, 2, 3 … without gaps
    at TEXT NOT NULL,
    actor TEXT NOT NULL,                -- user, key or command line
    municipality TEXT NOT NULL,         -- '' for the whole service
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    details TEXT NOT NULL,              -- JSON; never a number of a person
    previous TEXT NOT NULL,
    hash TEXT NOT NULL
);
CREATE INDEX audit_entries_municipality ON audit_entries (municipality, number);
