-- Evacuation sites of a municipality's own list. None is ever deleted: what is no longer on the list is retired.
CREATE TABLE shelters (
    id {ID},
    municipality TEXT NOT NULL,         -- whose list
    site_key TEXT NOT NULL,             -- name and address, squeezed: the same site in two lists
    place TEXT NOT NULL,                -- the municipality, or the ward it lies in
    name TEXT NOT NULL,
    kana TEXT NOT NULL,
    english TEXT NOT NULL,
    address TEXT NOT NULL,
    latitude INTEGER,                   -- WGS84, millionths of a degree
    longitude INTEGER,
    dangers TEXT NOT NULL,              -- comma separated
    capacity INTEGER,
    neighbourhood TEXT NOT NULL,
    remark TEXT NOT NULL,
    stays INTEGER NOT NULL,
    state TEXT NOT NULL,                -- listed, open, full, closed
    state_at TEXT,
    chosen INTEGER NOT NULL DEFAULT 0,  -- 1: the municipality wants texts to name it
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    retired_at TEXT,
    UNIQUE (municipality, site_key)
);
CREATE INDEX shelters_place ON shelters (place);
