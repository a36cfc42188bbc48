-- The plans of the configuration, as the server that started last read them. A tenant's row has the name of its plan.
CREATE TABLE plans (
    name TEXT COLLATE "C" PRIMARY KEY,
    position INTEGER NOT NULL,
    key_limit BIGINT NOT NULL,
    -- Words, separated by spaces.
    features TEXT NOT NULL
);
