-- A made-up value sealed with the key, so that another key is noticed before anybody is registered.
CREATE TABLE key_probe (
    id INTEGER PRIMARY KEY,             -- one row, 1
    fingerprint TEXT NOT NULL,
    sealed {BYTES} NOT NULL
);
