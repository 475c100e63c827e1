-- What each strand of reports holds in force, place by place: since when and by which telegram.
CREATE TABLE strand_places (
    hazard TEXT NOT NULL,
    event TEXT NOT NULL,
    strand TEXT NOT NULL,               -- '' for earthquakes and tsunami, else the lineage
    place TEXT NOT NULL,
    grade TEXT NOT NULL,
    since TEXT NOT NULL,                -- issue time of the telegram since which this grade is in force
    digest TEXT NOT NULL,               -- of that telegram
    ends_at TEXT,
    facts TEXT NOT NULL DEFAULT '{}',
    PRIMARY KEY (hazard, event, place, strand)
);
CREATE INDEX strand_places_strand ON strand_places (hazard, event, strand);

INSERT INTO strand_places (hazard, event, strand, place, grade, since, digest, ends_at, facts)
SELECT f.hazard, f.event, CASE WHEN f.hazard IN ('earthquake', 'tsunami') THEN '' ELSE r.lineage END,
       f.place, f.grade, f.since, f.digest, f.ends_at, f.facts
FROM in_force f JOIN reports r ON r.digest = f.digest AND r.hazard = f.hazard
WHERE f.grade <> 'none';

-- the grade decided last, where a rebuild has put another one in its place without telling anybody
ALTER TABLE in_force ADD COLUMN rebuilt_from TEXT;
