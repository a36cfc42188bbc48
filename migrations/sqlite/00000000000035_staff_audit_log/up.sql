-- The log of staff is rare among the rows of all tenants. The conditions of its queries are written as this one is.
CREATE INDEX audit_events_of_staff ON audit_events (id)
    WHERE actor_kind = 'support' OR actor_kind = 'operator' OR tenant_id IS NULL;
