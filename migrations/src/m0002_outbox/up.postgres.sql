CREATE SEQUENCE outbox_id_seq;

CREATE TABLE outbox (
    id         BIGINT PRIMARY KEY,
    audience   TEXT COLLATE "C" NOT NULL, -- account:<id> or role:admin
    event      TEXT NOT NULL,
    payload    TEXT NOT NULL, -- JSON
    created_at BIGINT NOT NULL
);
CREATE INDEX outbox_by_audience ON outbox (audience, id);
CREATE INDEX outbox_by_age ON outbox (created_at);

-- Whoever takes an id holds a shared lock until its transaction ends. So a reader that finds a gap in the ids can tell
-- whether somebody may still fill it: only those who hold the lock now.
CREATE FUNCTION outbox_next_id() RETURNS BIGINT LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(1819239019, 'outbox'::regclass::oid::int);
    RETURN nextval('outbox_id_seq');
END
$$;
ALTER TABLE outbox ALTER COLUMN id SET DEFAULT outbox_next_id();
