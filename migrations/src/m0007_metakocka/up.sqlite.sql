CREATE TABLE sales_documents (
    organization_id TEXT NOT NULL,
    id              TEXT NOT NULL,
    mode            TEXT NOT NULL, -- live; test: made in test mode, and shown there only
    document_type   TEXT NOT NULL,
    number          TEXT NOT NULL,
    content         TEXT NOT NULL, -- JSON: what both sides keep of it
    status          TEXT NOT NULL,
    document_date   TEXT NOT NULL, -- YYYY-MM-DD
    currency        TEXT NOT NULL,
    total_minor     INTEGER NOT NULL, -- gross
    search          TEXT NOT NULL, -- number, customer and notes in lower case
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    version         INTEGER NOT NULL,
    PRIMARY KEY (organization_id, id)
) STRICT;
CREATE INDEX sales_documents_by_age ON sales_documents (organization_id, created_at, id);
CREATE INDEX sales_documents_by_date ON sales_documents (organization_id, document_date);

-- Numbers of documents that are made here.
CREATE TABLE sales_document_numbers (
    organization_id TEXT PRIMARY KEY,
    last            INTEGER NOT NULL
) STRICT;

-- How each document stands to its counterpart. A mapping outlives its document.
CREATE TABLE metakocka_mappings (
    organization_id   TEXT NOT NULL,
    mode              TEXT NOT NULL,
    document_id       TEXT NOT NULL,
    document_type     TEXT NOT NULL,
    buyer_order       TEXT NOT NULL, -- what the counterpart is found by
    metakocka_id      TEXT,
    metakocka_number  TEXT,
    sync_status       TEXT NOT NULL, -- pending, synced, failed or conflict
    error             TEXT,
    remote_code       TEXT,
    last_synced_at    INTEGER,
    direction         TEXT NOT NULL,
    attempts          INTEGER NOT NULL, -- failed in a row
    next_attempt_at   INTEGER,
    synced_version    INTEGER, -- the version of ours that the counterpart has
    base              TEXT, -- JSON: the counterpart when both were the same
    sent              TEXT, -- JSON: what was sent, while it is not known what became of it
    settles_at        INTEGER, -- when what is not there by now will not come any more
    conflict          TEXT, -- JSON: the counterpart in a conflict
    lease_holder      TEXT,
    lease_until       INTEGER,
    created_at        INTEGER NOT NULL,
    updated_at        INTEGER NOT NULL,
    PRIMARY KEY (organization_id, mode, document_id)
) STRICT;
CREATE UNIQUE INDEX metakocka_mappings_by_remote ON metakocka_mappings (organization_id, mode, metakocka_id)
    WHERE metakocka_id IS NOT NULL;
CREATE UNIQUE INDEX metakocka_mappings_by_order ON metakocka_mappings (organization_id, mode, buyer_order);
CREATE INDEX metakocka_mappings_due ON metakocka_mappings (next_attempt_at) WHERE next_attempt_at IS NOT NULL;
CREATE INDEX metakocka_mappings_by_status ON metakocka_mappings (organization_id, mode, sync_status, updated_at);

-- Every attempt, both ways.
CREATE TABLE metakocka_history (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    organization_id TEXT NOT NULL,
    mode            TEXT NOT NULL,
    document_id     TEXT NOT NULL,
    metakocka_id    TEXT,
    direction       TEXT NOT NULL,
    outcome         TEXT NOT NULL,
    duration_ms     INTEGER NOT NULL,
    error           TEXT,
    category        TEXT,
    remote_code     TEXT,
    created_at      INTEGER NOT NULL
) STRICT;
CREATE INDEX metakocka_history_by_document ON metakocka_history (organization_id, mode, document_id, id);
CREATE INDEX metakocka_history_by_organization ON metakocka_history (organization_id, mode, id);

CREATE TABLE metakocka_credentials (
    organization_id TEXT NOT NULL,
    mode            TEXT NOT NULL,
    company_id      TEXT NOT NULL,
    secret_sealed   TEXT NOT NULL,
    secret_last4    TEXT NOT NULL,
    base_url        TEXT,
    tax_codes       TEXT NOT NULL, -- JSON: rates in percent to codes
    updated_at      INTEGER NOT NULL,
    PRIMARY KEY (organization_id, mode)
) STRICT;

-- Whether an organization's calls are held back.
CREATE TABLE metakocka_queues (
    organization_id TEXT NOT NULL,
    mode            TEXT NOT NULL,
    paused          INTEGER NOT NULL, -- 1: until somebody gives a good key
    reason          TEXT,
    slow_until      INTEGER NOT NULL, -- after a quota answer
    quota_answers   INTEGER NOT NULL, -- in a row
    PRIMARY KEY (organization_id, mode)
) STRICT;

-- Who calls just now: places 0 and 1 for calls, 2 for the one search.
CREATE TABLE metakocka_slots (
    organization_id TEXT NOT NULL,
    mode            TEXT NOT NULL,
    place           INTEGER NOT NULL,
    holder          TEXT NOT NULL,
    held_until      INTEGER NOT NULL,
    PRIMARY KEY (organization_id, mode, place)
) STRICT;

-- Syncs of many documents that somebody waits for elsewhere.
CREATE TABLE metakocka_runs (
    id              TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL,
    mode            TEXT NOT NULL,
    kind            TEXT NOT NULL, -- push, pull or import
    request         TEXT NOT NULL, -- JSON: the window of an import
    status          TEXT NOT NULL, -- running, completed or failed
    error           TEXT,
    total           INTEGER NOT NULL,
    lease_holder    TEXT,
    lease_until     INTEGER,
    created_at      INTEGER NOT NULL,
    finished_at     INTEGER
) STRICT;
CREATE INDEX metakocka_runs_open ON metakocka_runs (created_at) WHERE status = 'running';

CREATE TABLE metakocka_run_items (
    run_id       TEXT NOT NULL REFERENCES metakocka_runs (id),
    subject      TEXT NOT NULL, -- the id of the document, in the system where it comes from
    outcome      TEXT, -- null while it waits; synced, failed or skipped
    counterpart  TEXT, -- its id in the other system
    error        TEXT,
    PRIMARY KEY (run_id, subject)
) STRICT;

CREATE TABLE metakocka_import_schedules (
    organization_id TEXT NOT NULL,
    mode            TEXT NOT NULL,
    cron            TEXT NOT NULL,
    timezone        TEXT NOT NULL,
    next_at         INTEGER,
    imported_until  INTEGER, -- changes before that have been seen
    PRIMARY KEY (organization_id, mode)
) STRICT;
CREATE INDEX metakocka_import_schedules_due ON metakocka_import_schedules (next_at);
