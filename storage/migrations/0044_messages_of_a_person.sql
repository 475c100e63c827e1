-- One index begins with the person instead of two: the key that guards "one message per person and change" also finds what
-- a person was told of a hazard. A change_key belongs to one hazard, or to none: what is unique stays the same. Where people
-- are scattered over the register each row writes a page of its own in such an index.
DROP INDEX messages_told;

{POSTGRESQL} ALTER TABLE messages DROP CONSTRAINT messages_subscriber_id_change_key_key;
{POSTGRESQL} ALTER TABLE messages ADD UNIQUE (subscriber_id, hazard, change_key);

-- SQLite cannot change a key of a table: the table is written anew.
{SQLITE} CREATE TABLE new_messages (
    id {ID},
    broadcast_id INTEGER NOT NULL REFERENCES broadcasts (id),
    subscriber_id INTEGER NOT NULL REFERENCES subscribers (id),
    change_key TEXT NOT NULL,
    hazard TEXT NOT NULL,
    event TEXT NOT NULL,
    place TEXT NOT NULL,
    grade TEXT NOT NULL,
    told TEXT NOT NULL DEFAULT '',
    kind TEXT NOT NULL,
    revision INTEGER NOT NULL,
    language TEXT NOT NULL,
    text_id INTEGER NOT NULL REFERENCES texts (id),
    segments INTEGER NOT NULL,
    priority INTEGER NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    not_before TEXT,
    handed_at TEXT,
    settled_at TEXT,
    provider_id TEXT,
    turn INTEGER NOT NULL DEFAULT 0,
    UNIQUE (subscriber_id, hazard, change_key)
);
{SQLITE} INSERT INTO new_messages (id, broadcast_id, subscriber_id, change_key, hazard, event, place, grade, told, kind,
    revision, language, text_id, segments, priority, state, reason, created_at, expires_at, not_before, handed_at,
    settled_at, provider_id, turn)
SELECT id, broadcast_id, subscriber_id, change_key, hazard, event, place, grade, told, kind, revision, language, text_id,
    segments, priority, state, reason, created_at, expires_at, not_before, handed_at, settled_at, provider_id, turn
FROM messages ORDER BY id;
{SQLITE} DROP TABLE messages;
{SQLITE} ALTER TABLE new_messages RENAME TO messages;
{SQLITE} CREATE INDEX messages_queued ON messages (priority, turn, id, not_before) WHERE state = 'queued';
{SQLITE} CREATE INDEX messages_open ON messages (id) WHERE state IN ('handing', 'uncertain');
{SQLITE} CREATE INDEX messages_place ON messages (hazard, event, place, subscriber_id);
{SQLITE} CREATE INDEX messages_broadcast ON messages (broadcast_id, state);
{SQLITE} CREATE INDEX messages_created ON messages (created_at);
{SQLITE} CREATE UNIQUE INDEX messages_provider ON messages (provider_id) WHERE provider_id IS NOT NULL;
