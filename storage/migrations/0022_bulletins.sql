-- What programs read of us (CAP 1.2): each bulletin replaces the one before it in its chain, and never changes.
CREATE TABLE bulletins (
    id {ID},
    identifier TEXT NOT NULL UNIQUE,    -- CAP identifier
    chain TEXT NOT NULL,                -- hazard, prefecture and event
    number INTEGER NOT NULL,            -- 1, 2, 3 … within the chain
    first_number INTEGER NOT NULL,      -- the bulletin that began what this one tells of
    hazard TEXT NOT NULL,
    event TEXT NOT NULL,
    prefecture TEXT NOT NULL,
    msg_type TEXT NOT NULL,             -- Alert, Update, Cancel
    state TEXT NOT NULL,                -- standing, ended, superseded
    sent TEXT NOT NULL,
    expires TEXT NOT NULL,              -- of the bulletin, not of what it tells
    body TEXT NOT NULL,                 -- JSON: what it says of each place, and which bulletins it replaces
    UNIQUE (chain, number)
);
CREATE INDEX bulletins_now ON bulletins (expires) WHERE state <> 'superseded';
