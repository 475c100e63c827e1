-- A region of Hokkaido is named by its office, no more by the set of its parts that a telegram speaks for.
UPDATE reports SET lineage = replace(lineage, '012010+012020', '012000'), body = replace(body, '012010+012020', '012000')
WHERE lineage LIKE '%:012010+012020';
UPDATE reports SET lineage = replace(lineage, '014010+014020', '014100'), body = replace(body, '014010+014020', '014100')
WHERE lineage LIKE '%:014010+014020';
UPDATE reports SET lineage = replace(lineage, '015010+015020', '015000'), body = replace(body, '015010+015020', '015000')
WHERE lineage LIKE '%:015010+015020';
UPDATE reports
SET lineage = replace(lineage, '016010+016020+016030', '016000'),
    body = replace(body, '016010+016020+016030', '016000')
WHERE lineage LIKE '%:016010+016020+016030';
UPDATE reports SET lineage = replace(lineage, '017010+017020', '017000'), body = replace(body, '017010+017020', '017000')
WHERE lineage LIKE '%:017010+017020';
UPDATE strand_places SET strand = replace(strand, '012010+012020', '012000') WHERE strand LIKE '%:012010+012020';
UPDATE strand_places SET strand = replace(strand, '014010+014020', '014100') WHERE strand LIKE '%:014010+014020';
UPDATE strand_places SET strand = replace(strand, '015010+015020', '015000') WHERE strand LIKE '%:015010+015020';
UPDATE strand_places SET strand = replace(strand, '016010+016020+016030', '016000')
WHERE strand LIKE '%:016010+016020+016030';
UPDATE strand_places SET strand = replace(strand, '017010+017020', '017000') WHERE strand LIKE '%:017010+017020';
