-- The parents of messages are looked for once per statement, not row by row (docs/decisions/0021-parents-of-messages.md).
-- PostgreSQL wrote a lock into the row of every person that got a message, which was half of what queueing it cost.
-- A message's text belongs to its broadcast, and texts keep their broadcast by a foreign key of their own.
{POSTGRESQL} ALTER TABLE messages DROP CONSTRAINT messages_broadcast_id_fkey;
{POSTGRESQL} ALTER TABLE messages DROP CONSTRAINT messages_subscriber_id_fkey;
{POSTGRESQL} ALTER TABLE messages DROP CONSTRAINT messages_text_id_fkey;

{POSTGRESQL} CREATE FUNCTION messages_have_parents() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS '
DECLARE
    wanted BIGINT;
    found_now BIGINT;
BEGIN
    SELECT count(*) INTO wanted FROM (SELECT DISTINCT text_id, broadcast_id FROM added) a;
    -- whoever deletes one of these texts waits for us, and then finds the message
    PERFORM 1 FROM (SELECT DISTINCT text_id, broadcast_id FROM added) a
        JOIN texts t ON t.id = a.text_id AND t.broadcast_id = a.broadcast_id FOR KEY SHARE OF t;
    GET DIAGNOSTICS found_now = ROW_COUNT;
    IF found_now < wanted THEN
        RAISE foreign_key_violation USING MESSAGE = ''messages: no such text of this broadcast'';
    END IF;
    IF EXISTS (SELECT 1 FROM added a WHERE NOT EXISTS
        (SELECT 1 FROM subscribers s WHERE s.id = a.subscriber_id)) THEN
        RAISE foreign_key_violation USING MESSAGE = ''messages: no such person'';
    END IF;
    RETURN NULL;
END';
{POSTGRESQL} CREATE TRIGGER messages_have_parents AFTER INSERT ON messages
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION messages_have_parents();

{POSTGRESQL} CREATE FUNCTION texts_have_no_messages() RETURNS trigger LANGUAGE plpgsql AS '
BEGIN
    IF EXISTS (SELECT 1 FROM messages m WHERE m.broadcast_id = OLD.broadcast_id AND m.text_id = OLD.id) THEN
        RAISE foreign_key_violation USING MESSAGE = ''texts: a message still has this text'';
    END IF;
    RETURN NULL;
END';
{POSTGRESQL} CREATE TRIGGER texts_have_no_messages AFTER DELETE ON texts
FOR EACH ROW EXECUTE FUNCTION texts_have_no_messages();

-- Rows of people are never deleted by this program: whoever is erased keeps an id. Should anybody do it by hand, all who
-- queue messages wait, so that none is queued meanwhile.
{POSTGRESQL} CREATE FUNCTION subscribers_have_no_messages() RETURNS trigger LANGUAGE plpgsql AS '
BEGIN
    LOCK TABLE messages IN SHARE ROW EXCLUSIVE MODE;
    IF EXISTS (SELECT 1 FROM messages m WHERE m.subscriber_id = OLD.id) THEN
        RAISE foreign_key_violation USING MESSAGE = ''subscribers: a message is still to this person'';
    END IF;
    RETURN NULL;
END';
{POSTGRESQL} CREATE TRIGGER subscribers_have_no_messages AFTER DELETE ON subscribers
FOR EACH ROW EXECUTE FUNCTION subscribers_have_no_messages();
