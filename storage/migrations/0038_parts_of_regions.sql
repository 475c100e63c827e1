-- Weather telegrams of before 0028 that spoke for a part of a region of Hokkaido were histories of their own: what they
-- had set was lifted by nothing any more. They belong to the region's history, and say for which parts they spoke.
CREATE TABLE parts_of_regions (part TEXT NOT NULL PRIMARY KEY, region TEXT NOT NULL, only_for TEXT NOT NULL);
INSERT INTO parts_of_regions (part, region, only_for) VALUES
('012010', '012000', '"012010"'), ('012020', '012000', '"012020"'),
('014010', '014100', '"014010"'), ('014020', '014100', '"014020"'),
('015010', '015000', '"015010"'), ('015020', '015000', '"015020"'),
('016010', '016000', '"016010"'), ('016020', '016000', '"016020"'), ('016030', '016000', '"016030"'),
('016010+016020', '016000', '"016010","016020"'),
('016010+016030', '016000', '"016010","016030"'),
('016020+016030', '016000', '"016020","016030"'),
('017010', '017000', '"017010"'), ('017020', '017000', '"017020"');
UPDATE reports SET
    body = (SELECT replace(reports.body, ':' || p.part || '"]', ':' || p.region || '"],"only_for":[' || p.only_for || ']')
        FROM parts_of_regions p WHERE p.part = substr(reports.lineage, 8)),
    lineage = (SELECT substr(reports.lineage, 1, 7) || p.region
        FROM parts_of_regions p WHERE p.part = substr(reports.lineage, 8))
WHERE lineage LIKE 'VPWW__:%' AND substr(lineage, 8) IN (SELECT part FROM parts_of_regions);
-- of several words on one place that of the region's own history stands, else the newest: the next telegram folds them all
DELETE FROM strand_places WHERE strand LIKE 'VPWW__:%' AND EXISTS (
    SELECT 1 FROM parts_of_regions p, strand_places other LEFT JOIN parts_of_regions q ON q.part = substr(other.strand, 8)
    WHERE p.part = substr(strand_places.strand, 8) AND other.hazard = strand_places.hazard
    AND other.event = strand_places.event AND other.place = strand_places.place
    AND substr(other.strand, 1, 7) = substr(strand_places.strand, 1, 7)
    AND (substr(other.strand, 8) = p.region OR (q.region = p.region AND (other.since > strand_places.since
        OR (other.since = strand_places.since AND other.strand > strand_places.strand)))));
UPDATE strand_places SET strand = (SELECT substr(strand_places.strand, 1, 7) || p.region
    FROM parts_of_regions p WHERE p.part = substr(strand_places.strand, 8))
WHERE strand LIKE 'VPWW__:%' AND substr(strand, 8) IN (SELECT part FROM parts_of_regions);
DROP TABLE parts_of_regions;
