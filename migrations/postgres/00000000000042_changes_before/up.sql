-- Which of the changes that there are already may have stopped something: a key of which nothing else is known was made, and
-- one that got another digest was moved. By itself, since nobody reads a table that is altered: on PostgreSQL servers of before
-- would give no answers for as long as this takes.
UPDATE change_log SET stops = TRUE WHERE kind <> 'key' OR (old_digest IS NULL AND (
    item IN (SELECT id FROM api_keys WHERE revoked_at IS NOT NULL OR disabled_at IS NOT NULL)
    OR EXISTS (SELECT 1 FROM change_log AS other WHERE other.item = change_log.item AND other.rev <> change_log.rev)
));
