-- How a change was confirmed is kept as long as a row of the audit log tells of it, whatever removes that row.
CREATE INDEX confirmed_events_by_change ON confirmed_events (rev);

CREATE FUNCTION end_confirmation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM change_confirmations WHERE rev = OLD.rev
        AND NOT EXISTS (SELECT 1 FROM confirmed_events WHERE rev = OLD.rev);
    RETURN NULL;
END $$;
CREATE TRIGGER end_confirmation AFTER DELETE ON confirmed_events FOR EACH ROW EXECUTE FUNCTION end_confirmation();
