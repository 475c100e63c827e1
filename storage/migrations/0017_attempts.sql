-- Every attempt was written into this index and out of it again, for one look at start-up that finds them by message.
DROP INDEX attempts_open;
