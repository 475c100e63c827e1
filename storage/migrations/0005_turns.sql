-- Broadcasts of one priority take turns, however long the queue of the first one is.
ALTER TABLE messages ADD COLUMN turn INTEGER NOT NULL DEFAULT 0;
CREATE TABLE turns (
    broadcast_id INTEGER NOT NULL REFERENCES broadcasts (id),
    priority INTEGER NOT NULL,
    next INTEGER NOT NULL,              -- of its next message
    PRIMARY KEY (broadcast_id, priority)
);
DROP INDEX messages_queued;
CREATE INDEX messages_queued ON messages (priority, turn, id) WHERE state = 'queued';
