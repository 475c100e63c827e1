-- Campaigns: lessons planned for people and times. What is due is a row; the rest of a series is counted from the plan.
CREATE TABLE campaigns (
    id {ID},
    municipality TEXT NOT NULL,         -- whose campaign it is
    name TEXT NOT NULL,
    plan TEXT NOT NULL,                 -- JSON: lessons, audience, rhythm, window, end
    people INTEGER NOT NULL,            -- who would have got it when it was planned
    state TEXT NOT NULL,                -- waiting, running, paused, stopped, rejected
    reason TEXT NOT NULL DEFAULT '',
    rule TEXT NOT NULL DEFAULT '',      -- the rule that set it off; '' where somebody planned it
    event TEXT NOT NULL DEFAULT '',     -- what the rule saw: a season, an earthquake, the day of a flood
    planned_by TEXT NOT NULL,
    planned_at TEXT NOT NULL,
    decided_by TEXT NOT NULL DEFAULT '',
    decided_at TEXT
);
CREATE UNIQUE INDEX campaigns_rule ON campaigns (rule, municipality, event) WHERE rule <> '';
CREATE INDEX campaigns_municipality ON campaigns (municipality, id);

-- one lesson of a campaign for one place; the next one of a series is added when this one is settled
CREATE TABLE campaign_lessons (
    id {ID},
    campaign_id INTEGER NOT NULL REFERENCES campaigns (id),
    place TEXT NOT NULL,
    number INTEGER NOT NULL,            -- from 0
    lesson TEXT NOT NULL,
    planned_for TEXT NOT NULL,          -- by the calendar
    due_at TEXT NOT NULL,               -- when it is looked at (again)
    looked_at TEXT,                     -- when it was put off; ahead of now where the clock went back
    state TEXT NOT NULL,                -- waiting, held, sending, sent, missed, cancelled
    reason TEXT NOT NULL DEFAULT '',
    gently INTEGER NOT NULL DEFAULT 0,  -- 1: comes back after a warning
    begun_at TEXT,
    broadcast_id INTEGER REFERENCES broadcasts (id),
    UNIQUE (campaign_id, place, number)
);
CREATE INDEX campaign_lessons_due ON campaign_lessons (due_at) WHERE state IN ('waiting', 'held');
CREATE INDEX campaign_lessons_sending ON campaign_lessons (id) WHERE state = 'sending';
CREATE INDEX campaign_lessons_missed ON campaign_lessons (planned_for) WHERE state = 'missed';
CREATE INDEX campaign_lessons_begun ON campaign_lessons (place, begun_at) WHERE begun_at IS NOT NULL;
CREATE INDEX campaign_lessons_broadcast ON campaign_lessons (broadcast_id) WHERE broadcast_id IS NOT NULL;

-- Single lessons planned before become campaigns of one lesson; `event` holds which one it was until the end of this.
INSERT INTO campaigns (municipality, name, plan, people, state, event, planned_by, planned_at)
SELECT municipality, lesson,
    '{"name": "' || lesson || '", "lessons": ["' || lesson || '"], "places": ["' || municipality || '"],'
    || ' "languages": [], "groups": [], "start": "' || substr(due_at, 1, 10) || '", "every": "once", "step": 1,'
    || ' "after": [], "opens": "09:00", "closes": "18:30", "on_holiday": "send", "times": 1, "end": null}',
    0, CASE WHEN state = 'cancelled' THEN 'stopped' ELSE 'running' END, 'was ' || id, 'command', created_at
FROM scheduled_lessons ORDER BY id;
INSERT INTO campaign_lessons (campaign_id, place, number, lesson, planned_for, due_at, state, reason, begun_at, broadcast_id)
SELECT c.id, l.municipality, 0, l.lesson, l.due_at, l.due_at,
    CASE WHEN l.state = 'sending' AND b.planned_at IS NOT NULL THEN 'sent' ELSE l.state END,
    l.reason, b.created_at, l.broadcast_id
FROM scheduled_lessons l JOIN campaigns c ON c.event = 'was ' || l.id LEFT JOIN broadcasts b ON b.id = l.broadcast_id;
UPDATE campaigns SET event = '';
DROP TABLE scheduled_lessons;

-- whether a queued text may be taken yet is seen in the index: a held campaign must not slow the warnings behind it
DROP INDEX messages_queued;
CREATE INDEX messages_queued ON messages (priority, turn, id, not_before) WHERE state = 'queued';
