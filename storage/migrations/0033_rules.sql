-- Which municipality has switched which rule of campaigns on or off; the others go by the rule's own default.
CREATE TABLE campaign_rules (
    municipality TEXT NOT NULL,
    rule TEXT NOT NULL,
    is_on INTEGER NOT NULL,
    switched_by TEXT NOT NULL,
    switched_at TEXT NOT NULL,
    PRIMARY KEY (municipality, rule)
);
-- what has happened before this service knew rules sets none off
INSERT INTO counters (name, value) SELECT 'rules alerts', coalesce(max(id), 0) FROM alerts;
INSERT INTO counters (name, value) SELECT 'rules telegrams', coalesce(max(id), 0) FROM telegrams;
