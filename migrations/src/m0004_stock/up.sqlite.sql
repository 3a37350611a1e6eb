CREATE TABLE products (
    number      INTEGER PRIMARY KEY, -- its place in the index of texts
    id          TEXT NOT NULL UNIQUE,
    title       TEXT NOT NULL,
    description TEXT,
    price_minor INTEGER NOT NULL CHECK (price_minor >= 0),
    currency    TEXT NOT NULL,
    search      TEXT NOT NULL, -- title, id and description in lower case
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    previous_at INTEGER -- what updated_at was before
) STRICT;
CREATE INDEX products_by_age ON products (created_at, id);

CREATE VIRTUAL TABLE product_texts USING fts5 (search, content = 'products', content_rowid = 'number', tokenize = 'trigram');
CREATE TRIGGER products_insert AFTER INSERT ON products BEGIN
    INSERT INTO product_texts (rowid, search) VALUES (new.number, new.search);
END;
CREATE TRIGGER products_delete AFTER DELETE ON products BEGIN
    INSERT INTO product_texts (product_texts, rowid, search) VALUES ('delete', old.number, old.search);
END;
CREATE TRIGGER products_update AFTER UPDATE OF search ON products WHEN old.search <> new.search BEGIN
    INSERT INTO product_texts (product_texts, rowid, search) VALUES ('delete', old.number, old.search);
    INSERT INTO product_texts (rowid, search) VALUES (new.number, new.search);
END;

CREATE TABLE stock_variants (
    product_id  TEXT NOT NULL REFERENCES products (id),
    size        TEXT NOT NULL,
    color       TEXT NOT NULL,
    position    INTEGER NOT NULL, -- its place in the product
    stock       INTEGER NOT NULL CHECK (stock >= 0),
    reserved    INTEGER NOT NULL CHECK (reserved >= 0),
    updated_at  INTEGER NOT NULL,
    previous_at INTEGER,
    PRIMARY KEY (product_id, size, color),
    CHECK (reserved <= stock)
) STRICT;

-- The ledger. It has no keys to the others: what happened stays, whatever is deleted.
CREATE TABLE stock_movements (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    product_id     TEXT NOT NULL,
    size           TEXT NOT NULL,
    color          TEXT NOT NULL,
    kind           TEXT NOT NULL,
    reason         TEXT NOT NULL,
    delta          INTEGER NOT NULL,
    balance_after  INTEGER NOT NULL,
    order_id       TEXT,
    reservation_id TEXT,
    actor_id       TEXT NOT NULL,
    actor_kind     TEXT NOT NULL,
    created_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX stock_movements_by_product ON stock_movements (product_id, id);
CREATE INDEX stock_movements_by_order ON stock_movements (order_id, id) WHERE order_id IS NOT NULL;

CREATE TRIGGER stock_movements_change BEFORE UPDATE ON stock_movements BEGIN
    SELECT RAISE(ABORT, 'the ledger is append-only');
END;
CREATE TRIGGER stock_movements_delete BEFORE DELETE ON stock_movements BEGIN
    SELECT RAISE(ABORT, 'the ledger is append-only');
END;

-- Orders that took stock, so that each takes it once.
CREATE TABLE stock_orders (
    id              TEXT PRIMARY KEY,
    idempotency_key TEXT UNIQUE,
    lines           TEXT NOT NULL, -- JSON: [[product, size, color, quantity, new stock]], as they were answered
    after_order     INTEGER NOT NULL,
    reservation_id  TEXT,
    created_at      INTEGER NOT NULL,
    released_at     INTEGER
) STRICT;

-- Units that are held while somebody pays.
CREATE TABLE stock_reservations (
    id         TEXT PRIMARY KEY,
    status     TEXT NOT NULL, -- active, consumed, released or expired
    expires_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    ended_at   INTEGER
) STRICT;
CREATE INDEX stock_reservations_by_expiry ON stock_reservations (expires_at) WHERE status = 'active';

CREATE TABLE stock_reservation_lines (
    reservation_id TEXT NOT NULL REFERENCES stock_reservations (id),
    position       INTEGER NOT NULL,
    product_id     TEXT NOT NULL,
    size           TEXT NOT NULL,
    color          TEXT NOT NULL,
    quantity       INTEGER NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (reservation_id, position)
) STRICT;

-- Lines of a CSV file on their way in, until the last one has come and all of them are applied at once.
CREATE TABLE stock_import_lines (
    import_id   TEXT NOT NULL,
    line        INTEGER NOT NULL,
    product_id  TEXT NOT NULL,
    title       TEXT, -- null: the product stays as it is
    description TEXT,
    price_minor INTEGER NOT NULL,
    currency    TEXT NOT NULL,
    search      TEXT NOT NULL,
    size        TEXT, -- null, as color: no variant
    color       TEXT,
    stock       INTEGER, -- null: as it is, none for a new variant
    created_at  INTEGER NOT NULL,
    PRIMARY KEY (import_id, line)
) STRICT;
CREATE INDEX stock_import_lines_by_variant ON stock_import_lines (import_id, product_id, size, color);
