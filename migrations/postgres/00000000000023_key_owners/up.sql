-- Who looks after a key: a person with an account, or else a line of text such as "Plant IT, extension 12".
ALTER TABLE api_keys ADD COLUMN owner_id TEXT COLLATE "C" REFERENCES users (id);
ALTER TABLE api_keys ADD COLUMN owner_text TEXT NOT NULL DEFAULT '';
-- Until now nobody was named, so it is who made the key.
UPDATE api_keys SET owner_id = (
    SELECT users.id FROM audit_events JOIN users ON users.id = audit_events.actor_id
    WHERE audit_events.object_id = api_keys.id
        AND audit_events.action = 'key.created' AND audit_events.actor_kind = 'person'
);
CREATE INDEX api_keys_of_an_owner ON api_keys (owner_id);
