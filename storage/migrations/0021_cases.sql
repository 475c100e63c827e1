-- Cases: what happened, what was done, what helped and what did not. No person stands in one.
CREATE TABLE cases (
    id {ID},
    case_key TEXT NOT NULL UNIQUE,      -- the same in every database it is shared with
    municipality TEXT NOT NULL,         -- whose case it is
    keeper TEXT NOT NULL,               -- which municipality keeps it here; '' for the whole service
    imported INTEGER NOT NULL,
    state TEXT NOT NULL,                -- draft, published, discarded
    version INTEGER NOT NULL,           -- grows with every change
    hazard TEXT NOT NULL,
    happened_on TEXT NOT NULL,          -- day in Japan
    places TEXT NOT NULL,               -- comma separated municipality and ward codes
    languages TEXT NOT NULL,            -- comma separated tags
    stages TEXT NOT NULL,               -- comma separated life stages, with a comma at both ends
    texts TEXT NOT NULL,                -- JSON: section -> what people wrote
    facts TEXT,                         -- JSON: what was counted; small counts are small
    facts_at TEXT,                      -- of which count
    search TEXT NOT NULL,               -- everything, cut into words and pairs of characters
    search_title TEXT NOT NULL,
    broadcast_id INTEGER REFERENCES broadcasts (id),
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    published_at TEXT
);
CREATE INDEX cases_state ON cases (state, hazard, happened_on);
CREATE UNIQUE INDEX cases_broadcast ON cases (broadcast_id, municipality) WHERE broadcast_id IS NOT NULL;
-- broadcasts whose drafts are written, also where nobody was told; a draft that was thrown away does not come back
CREATE TABLE drafted_broadcasts (
    broadcast_id INTEGER PRIMARY KEY REFERENCES broadcasts (id),
    drafted_at TEXT NOT NULL
);
