DROP TRIGGER end_confirmation ON confirmed_events;
DROP FUNCTION end_confirmation();
DROP INDEX confirmed_events_by_change;
