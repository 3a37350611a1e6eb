CREATE TABLE messages (
    id           TEXT COLLATE "C" PRIMARY KEY,
    sender_id    TEXT COLLATE "C" NOT NULL,
    recipient_id TEXT COLLATE "C" NOT NULL,
    message      TEXT NOT NULL,
    booking_id   TEXT COLLATE "C",
    created_at   BIGINT NOT NULL,
    read_at      BIGINT
);
CREATE INDEX messages_by_sender ON messages (sender_id, created_at, id);
CREATE INDEX messages_by_recipient ON messages (recipient_id, created_at, id);

CREATE TABLE notifications (
    id         TEXT COLLATE "C" PRIMARY KEY,
    account_id TEXT COLLATE "C" NOT NULL,
    event_id   BIGINT NOT NULL, -- the recorded event that it follows from: it follows once
    kind       TEXT NOT NULL,
    title      TEXT NOT NULL,
    body       TEXT NOT NULL,
    data       TEXT NOT NULL, -- JSON
    created_at BIGINT NOT NULL,
    read_at    BIGINT,
    UNIQUE (account_id, event_id)
);
CREATE INDEX notifications_by_account ON notifications (account_id, created_at, id);

-- Up to which recorded event notifications were made. What was recorded before this table was, makes none.
CREATE TABLE notification_cursor (
    name     TEXT COLLATE "C" PRIMARY KEY,
    position BIGINT NOT NULL
);
INSERT INTO notification_cursor (name, position) SELECT 'outbox', COALESCE(MAX(id), 0) FROM outbox;

CREATE TABLE partner_locations (
    partner_id TEXT COLLATE "C" PRIMARY KEY,
    latitude   DOUBLE PRECISION NOT NULL,
    longitude  DOUBLE PRECISION NOT NULL,
    at         BIGINT NOT NULL
);

-- Who is connected, as each node counts it now and then. A node that died is forgotten by the age of its row.
CREATE TABLE presence (
    node_id   TEXT COLLATE "C" PRIMARY KEY,
    customers BIGINT NOT NULL,
    partners  BIGINT NOT NULL,
    seen_at   BIGINT NOT NULL
);
