CREATE TABLE messages (
    id           TEXT PRIMARY KEY,
    sender_id    TEXT NOT NULL,
    recipient_id TEXT NOT NULL,
    message      TEXT NOT NULL,
    booking_id   TEXT,
    created_at   INTEGER NOT NULL,
    read_at      INTEGER
) STRICT;
CREATE INDEX messages_by_sender ON messages (sender_id, created_at, id);
CREATE INDEX messages_by_recipient ON messages (recipient_id, created_at, id);

CREATE TABLE notifications (
    id         TEXT PRIMARY KEY,
    account_id TEXT NOT NULL,
    event_id   INTEGER NOT NULL, -- the recorded event that it follows from: it follows once
    kind       TEXT NOT NULL,
    title      TEXT NOT NULL,
    body       TEXT NOT NULL,
    data       TEXT NOT NULL, -- JSON
    created_at INTEGER NOT NULL,
    read_at    INTEGER,
    UNIQUE (account_id, event_id)
) STRICT;
CREATE INDEX notifications_by_account ON notifications (account_id, created_at, id);

-- Up to which recorded event notifications were made. What was recorded before this table was, makes none.
CREATE TABLE notification_cursor (
    name     TEXT PRIMARY KEY,
    position INTEGER NOT NULL
) STRICT;
INSERT INTO notification_cursor (name, position) SELECT 'outbox', COALESCE(MAX(id), 0) FROM outbox;

CREATE TABLE partner_locations (
    partner_id TEXT PRIMARY KEY,
    latitude   REAL NOT NULL,
    longitude  REAL NOT NULL,
    at         INTEGER NOT NULL
) STRICT;

-- Who is connected, as each node counts it now and then. A node that died is forgotten by the age of its row.
CREATE TABLE presence (
    node_id   TEXT PRIMARY KEY,
    customers INTEGER NOT NULL,
    partners  INTEGER NOT NULL,
    seen_at   INTEGER NOT NULL
) STRICT;
