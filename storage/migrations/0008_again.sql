-- A telegram dated ahead of our clock waits in quarantine until its time has come.
ALTER TABLE telegrams ADD COLUMN again_at TEXT;
CREATE INDEX telegrams_again ON telegrams (again_at) WHERE again_at IS NOT NULL;
-- Which earthquakes hold a place.
CREATE INDEX strand_places_ends ON strand_places (hazard, place, ends_at) WHERE ends_at IS NOT NULL;
