-- What is looked at every second while lessons run: copies that may leave or came too late, and who was warned lately.
-- Without these each look goes through all lessons and broadcasts that ever were.
CREATE INDEX campaign_lessons_sent ON campaign_lessons (planned_for) WHERE state IN ('sending', 'sent');
CREATE INDEX broadcasts_lessons ON broadcasts (id) WHERE origin = 'lesson' AND state IN ('planning', 'sending');
CREATE INDEX broadcasts_alerts ON broadcasts (created_at) WHERE origin = 'alert';
