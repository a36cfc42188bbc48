DROP TABLE confirmed_events;
