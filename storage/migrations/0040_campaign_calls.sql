-- Which call was made last for a campaign that waits for a second person: call, remind, overdue; '' for none.
ALTER TABLE campaigns ADD COLUMN called TEXT NOT NULL DEFAULT '';
CREATE INDEX campaigns_waiting ON campaigns (id) WHERE state = 'waiting';
