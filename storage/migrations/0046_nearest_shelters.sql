-- Municipalities that let texts name the nearest open site by themselves (docs/decisions/0012-shelters.md).
CREATE TABLE nearest_shelters (
    municipality TEXT NOT NULL PRIMARY KEY,
    walk_m INTEGER NOT NULL,            -- metres that its tsunami plan lets everybody walk before a wave
    given_by TEXT NOT NULL,
    given_at TEXT NOT NULL
);
