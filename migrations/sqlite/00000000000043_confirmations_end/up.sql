-- A file has one server, and nothing that is confirmed by others.
CREATE INDEX confirmed_events_by_change ON confirmed_events (rev);
