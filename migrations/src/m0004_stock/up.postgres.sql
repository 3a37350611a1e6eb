CREATE TABLE products (
    id          TEXT COLLATE "C" PRIMARY KEY,
    title       TEXT NOT NULL,
    description TEXT,
    price_minor BIGINT NOT NULL CHECK (price_minor >= 0),
    currency    TEXT NOT NULL,
    search      TEXT NOT NULL, -- title, id and description in lower case
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    previous_at BIGINT -- what updated_at was before
);
CREATE INDEX products_by_age ON products (created_at, id);

-- Part of every server's standard packages, and any owner of a database may install it. Where it is missing or refused,
-- searches read all products.
DO $$
BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    CREATE INDEX products_by_text ON products USING gin (search gin_trgm_ops);
EXCEPTION WHEN insufficient_privilege OR undefined_file OR feature_not_supported OR undefined_object THEN
    RAISE WARNING 'searches of products read all of them: the extension pg_trgm cannot be installed (%)', SQLERRM;
END
$$;

CREATE TABLE stock_variants (
    product_id  TEXT COLLATE "C" NOT NULL REFERENCES products (id),
    size        TEXT COLLATE "C" NOT NULL,
    color       TEXT COLLATE "C" NOT NULL,
    position    BIGINT NOT NULL, -- its place in the product
    stock       BIGINT NOT NULL CHECK (stock >= 0),
    reserved    BIGINT NOT NULL CHECK (reserved >= 0),
    updated_at  BIGINT NOT NULL,
    previous_at BIGINT,
    PRIMARY KEY (product_id, size, color),
    CHECK (reserved <= stock)
) WITH (fillfactor = 50); -- hot rows: room for a changed row beside its old self, so that no index is touched

-- The ledger. It has no keys to the others: what happened stays, whatever is deleted.
CREATE TABLE stock_movements (
    id             BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    product_id     TEXT COLLATE "C" NOT NULL,
    size           TEXT COLLATE "C" NOT NULL,
    color          TEXT COLLATE "C" NOT NULL,
    kind           TEXT NOT NULL,
    reason         TEXT NOT NULL,
    delta          BIGINT NOT NULL,
    balance_after  BIGINT NOT NULL,
    order_id       TEXT COLLATE "C",
    reservation_id TEXT COLLATE "C",
    actor_id       TEXT NOT NULL,
    actor_kind     TEXT NOT NULL,
    created_at     BIGINT NOT NULL
);
CREATE INDEX stock_movements_by_product ON stock_movements (product_id, id);
CREATE INDEX stock_movements_by_order ON stock_movements (order_id, id) WHERE order_id IS NOT NULL;

CREATE FUNCTION stock_movements_stay() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append-only';
END
$$;
CREATE TRIGGER stock_movements_stay BEFORE UPDATE OR DELETE ON stock_movements
    FOR EACH STATEMENT EXECUTE FUNCTION stock_movements_stay();

-- Orders that took stock, so that each takes it once.
CREATE TABLE stock_orders (
    id              TEXT COLLATE "C" PRIMARY KEY,
    idempotency_key TEXT COLLATE "C" UNIQUE,
    lines           TEXT NOT NULL, -- JSON: [[product, size, color, quantity, new stock]], as they were answered
    after_order     BIGINT NOT NULL,
    reservation_id  TEXT COLLATE "C",
    created_at      BIGINT NOT NULL,
    released_at     BIGINT
);

-- Units that are held while somebody pays.
CREATE TABLE stock_reservations (
    id         TEXT COLLATE "C" PRIMARY KEY,
    status     TEXT NOT NULL, -- active, consumed, released or expired
    expires_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    ended_at   BIGINT
);
CREATE INDEX stock_reservations_by_expiry ON stock_reservations (expires_at) WHERE status = 'active';

CREATE TABLE stock_reservation_lines (
    reservation_id TEXT COLLATE "C" NOT NULL REFERENCES stock_reservations (id),
    position       BIGINT NOT NULL,
    product_id     TEXT COLLATE "C" NOT NULL,
    size           TEXT COLLATE "C" NOT NULL,
    color          TEXT COLLATE "C" NOT NULL,
    quantity       BIGINT NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (reservation_id, position)
);

-- Lines of a CSV file on their way in, until the last one has come and all of them are applied at once.
CREATE TABLE stock_import_lines (
    import_id   TEXT COLLATE "C" NOT NULL,
    line        BIGINT NOT NULL,
    product_id  TEXT COLLATE "C" NOT NULL,
    title       TEXT, -- null: the product stays as it is
    description TEXT,
    price_minor BIGINT NOT NULL,
    currency    TEXT NOT NULL,
    search      TEXT NOT NULL,
    size        TEXT COLLATE "C", -- null, as color: no variant
    color       TEXT COLLATE "C",
    stock       BIGINT, -- null: as it is, none for a new variant
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (import_id, line)
);
CREATE INDEX stock_import_lines_by_variant ON stock_import_lines (import_id, product_id, size, color);
