-- People in charge hear since when something is wrong, and that it is over.
ALTER TABLE notices ADD COLUMN since TEXT;          -- since when it is so, where that is not when it was noticed
ALTER TABLE notices ADD COLUMN told_in INTEGER;     -- the broadcast that told of it
ALTER TABLE notices ADD COLUMN end_told_at TEXT;    -- when nothing was left to tell of its end
UPDATE notices SET end_told_at = resolved_at WHERE resolved_at IS NOT NULL;
CREATE INDEX notices_untold ON notices (kind, id) WHERE urgent = 1 AND told_at IS NULL AND resolved_at IS NULL;
CREATE INDEX notices_believed ON notices (kind, subject) WHERE told_at IS NOT NULL AND end_told_at IS NULL;
CREATE INDEX notices_told ON notices (told_at) WHERE told_at IS NOT NULL;
