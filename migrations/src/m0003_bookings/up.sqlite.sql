CREATE TABLE bookings (
    id              TEXT PRIMARY KEY,
    booking_number  TEXT NOT NULL UNIQUE,
    customer_id     TEXT NOT NULL,
    partner_id      TEXT,
    service         TEXT NOT NULL,
    scheduled_at    INTEGER NOT NULL,
    address         TEXT NOT NULL,
    amount_minor    INTEGER NOT NULL CHECK (amount_minor >= 0),
    currency        TEXT NOT NULL,
    status          TEXT NOT NULL,
    assigned_status TEXT NOT NULL,
    notes           TEXT,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    version         INTEGER NOT NULL
) STRICT;
CREATE INDEX bookings_by_customer ON bookings (customer_id, id);
CREATE INDEX bookings_by_partner ON bookings (partner_id, id);
CREATE INDEX bookings_by_age ON bookings (created_at, id);
CREATE INDEX bookings_by_schedule ON bookings (scheduled_at);

-- What the customer's app reads. Other programs delete, change and move rows here: no constraint but the key, and
-- nothing but the key must be there.
CREATE TABLE booking_mirrors (
    user_id             TEXT NOT NULL,
    booking_id          TEXT NOT NULL,
    assigned_status     TEXT,
    booking_number      TEXT,
    customer_id         TEXT,
    partner_id          TEXT,
    service             TEXT,
    scheduled_at        INTEGER,
    address             TEXT,
    amount_minor        INTEGER,
    currency            TEXT,
    status              TEXT,
    mirrored_at         INTEGER,
    last_manual_sync_at INTEGER,
    synced_by           TEXT,
    updated_at          INTEGER,
    PRIMARY KEY (user_id, booking_id)
) STRICT;
CREATE INDEX booking_mirrors_by_booking ON booking_mirrors (booking_id);

CREATE TABLE booking_history (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    booking_id  TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    call        TEXT NOT NULL,
    actor_id    TEXT NOT NULL,
    actor_kind  TEXT NOT NULL,
    changes     TEXT NOT NULL, -- JSON: [{field, from, to}]
    outcome     TEXT NOT NULL,
    error       TEXT,
    created_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX booking_history_by_booking ON booking_history (booking_id, id);

CREATE TABLE partners (
    id                  TEXT PRIMARY KEY, -- the account's
    name                TEXT NOT NULL,
    email               TEXT NOT NULL,
    phone               TEXT,
    services            TEXT NOT NULL, -- JSON: [text]
    rating              REAL,
    kyc_status          TEXT NOT NULL,
    kyc_document_type   TEXT,
    kyc_document_number TEXT,
    kyc_document_url    TEXT,
    kyc_reason          TEXT,
    kyc_submitted_at    INTEGER,
    kyc_decided_at      INTEGER,
    created_at          INTEGER NOT NULL,
    updated_at          INTEGER NOT NULL
) STRICT;
CREATE INDEX partners_by_age ON partners (created_at, id);

CREATE TABLE partner_earnings (
    booking_id     TEXT PRIMARY KEY, -- a booking earns once
    partner_id     TEXT NOT NULL,
    booking_number TEXT NOT NULL,
    amount_minor   INTEGER NOT NULL,
    currency       TEXT NOT NULL,
    created_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX partner_earnings_by_partner ON partner_earnings (partner_id, created_at, booking_id);
