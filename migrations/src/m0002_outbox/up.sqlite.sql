CREATE TABLE outbox (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    audience   TEXT NOT NULL, -- account:<id> or role:admin
    event      TEXT NOT NULL,
    payload    TEXT NOT NULL, -- JSON
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX outbox_by_audience ON outbox (audience, id);
CREATE INDEX outbox_by_age ON outbox (created_at);
