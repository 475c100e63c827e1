-- On a real transport somebody answers for each language whose words nobody has signed.
CREATE TABLE accepted_languages (
    language TEXT NOT NULL PRIMARY KEY,
    catalogue TEXT NOT NULL,            -- version of the words at that time
    accepted_by TEXT NOT NULL,
    accepted_at TEXT NOT NULL
);
