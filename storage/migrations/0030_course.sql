-- Coordinators and approvers who answered every question of the course right; taken again after a year.
CREATE TABLE course_passes (
    id {ID},
    actor TEXT NOT NULL,                -- "user:aoi", as in the log of changes
    version TEXT NOT NULL,              -- of the course
    passed_at TEXT NOT NULL
);
CREATE INDEX course_passes_actor ON course_passes (actor, id);
