-- A person whose phone was off is brought up to date a little later.
ALTER TABLE newcomers ADD COLUMN not_before TEXT;
