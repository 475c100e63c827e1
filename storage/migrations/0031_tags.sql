-- What people told us so that lessons fit, comma separated: new_arrival, student, near_sea … Of their own registration.
ALTER TABLE registrations ADD COLUMN tags TEXT NOT NULL DEFAULT '';
