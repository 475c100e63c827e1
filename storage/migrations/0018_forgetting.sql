-- What is left of messages that are forgotten: totals that lead back to nobody.
CREATE TABLE broadcast_totals (
    broadcast_id INTEGER NOT NULL REFERENCES broadcasts (id),
    state TEXT NOT NULL,
    messages INTEGER NOT NULL,
    segments INTEGER NOT NULL,
    PRIMARY KEY (broadcast_id, state)
);
CREATE INDEX messages_created ON messages (created_at);
