-- A list of evacuation sites between its preview and its import, for fifteen minutes: another process may be asked to
-- import it than the one that showed it.
CREATE TABLE shelter_uploads (
    token TEXT NOT NULL PRIMARY KEY,    -- what the preview's form sends back
    municipality TEXT NOT NULL,
    actor TEXT NOT NULL,
    fewer INTEGER NOT NULL,             -- 1: the list may retire most of what stands
    body {BYTES} NOT NULL,              -- zlib
    uploaded_at TEXT NOT NULL
);
CREATE INDEX shelter_uploads_at ON shelter_uploads (uploaded_at);
