-- What people are told once of is one volcano: another one no longer hides it. Its name was '' for all of them.
UPDATE reports SET event = lineage WHERE hazard = 'volcano';
UPDATE strand_places SET event = strand WHERE hazard = 'volcano';
UPDATE alerts SET event = coalesce(
    (SELECT r.lineage FROM reports r WHERE r.digest = alerts.digest AND r.hazard = 'volcano'), '')
WHERE hazard = 'volcano';
UPDATE broadcasts SET event = coalesce((SELECT a.event FROM alerts a WHERE a.id = broadcasts.alert_id), '')
WHERE hazard = 'volcano' AND origin = 'alert';
UPDATE messages SET event = coalesce((SELECT b.event FROM broadcasts b WHERE b.id = messages.broadcast_id), '')
WHERE hazard = 'volcano';
UPDATE message_places SET event = coalesce((SELECT m.event FROM messages m WHERE m.id = message_places.message_id), '')
WHERE hazard = 'volcano';
UPDATE in_force SET event = coalesce(
    (SELECT r.lineage FROM reports r WHERE r.digest = in_force.digest AND r.hazard = 'volcano'), '')
WHERE hazard = 'volcano';

-- A volcano that another one hid: it is in force, and its next telegram is compared with what was told, nothing.
INSERT INTO in_force (hazard, event, place, grade, since, revision, ends_at, digest, facts, broadcast_id, rebuilt_from)
SELECT s.hazard, s.event, s.place, s.grade, s.since, 0, s.ends_at, s.digest, s.facts, NULL, 'none'
FROM strand_places s WHERE s.hazard = 'volcano'
ON CONFLICT (hazard, event, place) DO NOTHING;
