-- Notices and lessons of a coordinator's own: a text, and its words language by language.
CREATE TABLE own_texts (
    id {ID},
    municipality TEXT NOT NULL,
    purpose TEXT NOT NULL,              -- notice, lesson
    title TEXT NOT NULL,                -- for the list; not sent
    source_language TEXT NOT NULL,      -- in which a person wrote first: ja, en
    created_by TEXT NOT NULL,
    created_at TEXT NOT NULL,
    discarded_at TEXT
);
CREATE INDEX own_texts_municipality ON own_texts (municipality, id) WHERE discarded_at IS NULL;

CREATE TABLE own_text_words (
    text_id INTEGER NOT NULL REFERENCES own_texts (id),
    language TEXT NOT NULL,
    words TEXT NOT NULL,
    written_by TEXT NOT NULL,           -- '': as a machine wrote them
    written_at TEXT NOT NULL,
    draft TEXT NOT NULL DEFAULT '',     -- what the machine wrote
    drafted_by TEXT NOT NULL DEFAULT '',    -- models, with version and hash
    drafted_at TEXT,
    back TEXT NOT NULL DEFAULT '',      -- what a machine reads in the words
    back_language TEXT NOT NULL DEFAULT '',
    back_by TEXT NOT NULL DEFAULT '',
    signed_by TEXT NOT NULL DEFAULT '', -- whoever answers for these very words beside this very source
    signed_at TEXT,
    answered TEXT NOT NULL DEFAULT '[]',    -- JSON: what the gates asked
    PRIMARY KEY (text_id, language)
);
