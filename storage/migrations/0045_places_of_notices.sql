-- Whose notice it is: municipalities see their own, and those of the service.
ALTER TABLE notices ADD COLUMN places TEXT NOT NULL DEFAULT '';  -- '' of the service, else codes: ' 17204 17205 '
UPDATE notices SET places = ' ' || substr(subject, 1, 5) || ' ' WHERE kind = 'unreachable' AND subject LIKE '_____ %';
