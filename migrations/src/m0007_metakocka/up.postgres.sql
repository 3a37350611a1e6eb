CREATE TABLE sales_documents (
    organization_id TEXT COLLATE "C" NOT NULL,
    id              TEXT COLLATE "C" NOT NULL,
    mode            TEXT NOT NULL, -- live; test: made in test mode, and shown there only
    document_type   TEXT NOT NULL,
    number          TEXT NOT NULL,
    content         TEXT NOT NULL, -- JSON: what both sides keep of it
    status          TEXT NOT NULL,
    document_date   TEXT COLLATE "C" NOT NULL, -- YYYY-MM-DD
    currency        TEXT NOT NULL,
    total_minor     BIGINT NOT NULL, -- gross
    search          TEXT NOT NULL, -- number, customer and notes in lower case
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
    version         BIGINT NOT NULL,
    PRIMARY KEY (organization_id, id)
);
CREATE INDEX sales_documents_by_age ON sales_documents (organization_id, created_at, id);
CREATE INDEX sales_documents_by_date ON sales_documents (organization_id, document_date);

-- Numbers of documents that are made here.
CREATE TABLE sales_document_numbers (
    organization_id TEXT COLLATE "C" PRIMARY KEY,
    last            BIGINT NOT NULL
);

-- How each document stands to its counterpart. A mapping outlives its document.
CREATE TABLE metakocka_mappings (
    organization_id   TEXT COLLATE "C" NOT NULL,
    mode              TEXT NOT NULL,
    document_id       TEXT COLLATE "C" NOT NULL,
    document_type     TEXT NOT NULL,
    buyer_order       TEXT COLLATE "C" NOT NULL, -- what the counterpart is found by
    metakocka_id      TEXT COLLATE "C",
    metakocka_number  TEXT,
    sync_status       TEXT NOT NULL, -- pending, synced, failed or conflict
    error             TEXT,
    remote_code       TEXT,
    last_synced_at    BIGINT,
    direction         TEXT NOT NULL,
    attempts          BIGINT NOT NULL, -- failed in a row
    next_attempt_at   BIGINT,
    synced_version    BIGINT, -- the version of ours that the counterpart has
    base              TEXT, -- JSON: the counterpart when both were the same
    sent              TEXT, -- JSON: what was sent, while it is not known what became of it
    settles_at        BIGINT, -- when what is not there by now will not come any more
    conflict          TEXT, -- JSON: the counterpart in a conflict
    lease_holder      TEXT,
    lease_until       BIGINT,
    created_at        BIGINT NOT NULL,
    updated_at        BIGINT NOT NULL,
    PRIMARY KEY (organization_id, mode, document_id)
);
CREATE UNIQUE INDEX metakocka_mappings_by_remote ON metakocka_mappings (organization_id, mode, metakocka_id)
    WHERE metakocka_id IS NOT NULL;
CREATE UNIQUE INDEX metakocka_mappings_by_order ON metakocka_mappings (organization_id, mode, buyer_order);
CREATE INDEX metakocka_mappings_due ON metakocka_mappings (next_attempt_at) WHERE next_attempt_at IS NOT NULL;
CREATE INDEX metakocka_mappings_by_status ON metakocka_mappings (organization_id, mode, sync_status, updated_at);

-- Every attempt, both ways.
CREATE TABLE metakocka_history (
    id              BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organization_id TEXT COLLATE "C" NOT NULL,
    mode            TEXT NOT NULL,
    document_id     TEXT COLLATE "C" NOT NULL,
    metakocka_id    TEXT COLLATE "C",
    direction       TEXT NOT NULL,
    outcome         TEXT NOT NULL,
    duration_ms     BIGINT NOT NULL,
    error           TEXT,
    category        TEXT,
    remote_code     TEXT,
    created_at      BIGINT NOT NULL
);
CREATE INDEX metakocka_history_by_document ON metakocka_history (organization_id, mode, document_id, id);
CREATE INDEX metakocka_history_by_organization ON metakocka_history (organization_id, mode, id);

CREATE TABLE metakocka_credentials (
    organization_id TEXT COLLATE "C" NOT NULL,
    mode            TEXT NOT NULL,
    company_id      TEXT NOT NULL,
    secret_sealed   TEXT NOT NULL,
    secret_last4    TEXT NOT NULL,
    base_url        TEXT,
    tax_codes       TEXT NOT NULL, -- JSON: rates in percent to codes
    updated_at      BIGINT NOT NULL,
    PRIMARY KEY (organization_id, mode)
);

-- Whether an organization's calls are held back.
CREATE TABLE metakocka_queues (
    organization_id TEXT COLLATE "C" NOT NULL,
    mode            TEXT NOT NULL,
    paused          BIGINT NOT NULL, -- 1: until somebody gives a good key
    reason          TEXT,
    slow_until      BIGINT NOT NULL, -- after a quota answer
    quota_answers   BIGINT NOT NULL, -- in a row
    PRIMARY KEY (organization_id, mode)
);

-- Who calls just now: places 0 and 1 for calls, 2 for the one search.
CREATE TABLE metakocka_slots (
    organization_id TEXT COLLATE "C" NOT NULL,
    mode            TEXT NOT NULL,
    place           BIGINT NOT NULL,
    holder          TEXT NOT NULL,
    held_until      BIGINT NOT NULL,
    PRIMARY KEY (organization_id, mode, place)
);

-- Syncs of many documents that somebody waits for elsewhere.
CREATE TABLE metakocka_runs (
    id              TEXT COLLATE "C" PRIMARY KEY,
    organization_id TEXT COLLATE "C" NOT NULL,
    mode            TEXT NOT NULL,
    kind            TEXT NOT NULL, -- push, pull or import
    request         TEXT NOT NULL, -- JSON: the window of an import
    status          TEXT NOT NULL, -- running, completed or failed
    error           TEXT,
    total           BIGINT NOT NULL,
    lease_holder    TEXT,
    lease_until     BIGINT,
    created_at      BIGINT NOT NULL,
    finished_at     BIGINT
);
CREATE INDEX metakocka_runs_open ON metakocka_runs (created_at) WHERE status = 'running';

CREATE TABLE metakocka_run_items (
    run_id       TEXT COLLATE "C" NOT NULL REFERENCES metakocka_runs (id),
    subject      TEXT COLLATE "C" NOT NULL, -- the id of the document, in the system where it comes from
    outcome      TEXT, -- null while it waits; synced, failed or skipped
    counterpart  TEXT, -- its id in the other system
    error        TEXT,
    PRIMARY KEY (run_id, subject)
);

CREATE TABLE metakocka_import_schedules (
    organization_id TEXT COLLATE "C" NOT NULL,
    mode            TEXT NOT NULL,
    cron            TEXT NOT NULL,
    timezone        TEXT NOT NULL,
    next_at         BIGINT,
    imported_until  BIGINT, -- changes before that have been seen
    PRIMARY KEY (organization_id, mode)
);
CREATE INDEX metakocka_import_schedules_due ON metakocka_import_schedules (next_at);
