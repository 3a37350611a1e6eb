-- Servers that directory users come from. A cron pattern has a time zone and a next run, credentials come in pairs.
CREATE TABLE directory_locations (
    id              INTEGER PRIMARY KEY,
    code            TEXT NOT NULL,
    name            TEXT NOT NULL,
    online_url      TEXT NOT NULL,
    email_sealed    TEXT,
    password_sealed TEXT,
    cron            TEXT,
    timezone        TEXT,
    next_run        INTEGER,
    last_sync       INTEGER,
    users_revision  INTEGER NOT NULL DEFAULT 0, -- counts the changes of its users; its lock is theirs
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    CHECK ((email_sealed IS NULL) = (password_sealed IS NULL)),
    CHECK ((cron IS NULL) = (timezone IS NULL))
) STRICT;
CREATE INDEX directory_locations_by_next_run ON directory_locations (next_run) WHERE next_run IS NOT NULL;

CREATE TABLE directory_users (
    id          TEXT PRIMARY KEY,
    location_id INTEGER NOT NULL REFERENCES directory_locations (id),
    email       TEXT NOT NULL,
    email_key   TEXT NOT NULL, -- in lower case
    name        TEXT,
    phone       TEXT,
    role        TEXT,
    company     TEXT,
    status      TEXT NOT NULL CHECK (status IN ('active', 'inactive')),
    source      TEXT NOT NULL CHECK (source IN ('sync', 'manual')),
    remote_id   TEXT, -- id_user of the server
    search      TEXT NOT NULL,    -- e-mail and all fields in lower case
    fingerprint INTEGER NOT NULL,  -- of what a sync compares or changes
    revision    INTEGER NOT NULL,  -- the users_revision of its last change
    first_revision INTEGER NOT NULL, -- that of its first one
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    UNIQUE (location_id, email_key)
) STRICT;
CREATE INDEX directory_users_by_age ON directory_users (created_at, id);
CREATE INDEX directory_users_by_revision ON directory_users (location_id, revision);

-- What a preview, or an undo, wants to do.
CREATE TABLE user_sync_plans (
    id            TEXT PRIMARY KEY,
    location_id   INTEGER NOT NULL,
    base_revision INTEGER NOT NULL, -- users_revision when the users were read
    base_count    INTEGER NOT NULL, -- how many there were
    base_sum      INTEGER NOT NULL, -- and the sum of what their fingerprints are
    added         INTEGER NOT NULL,
    reactivated   INTEGER NOT NULL,
    updated       INTEGER NOT NULL,
    deleted       INTEGER NOT NULL,
    unchanged     INTEGER NOT NULL,
    invalid       INTEGER NOT NULL,
    total         INTEGER NOT NULL,
    active        INTEGER NOT NULL, -- active users before
    doubts        TEXT NOT NULL,   -- JSON: [[code, sentence]]
    run_id        TEXT,
    created_at    INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL
) STRICT;
CREATE INDEX user_sync_plans_by_expiry ON user_sync_plans (expires_at) WHERE run_id IS NULL;
CREATE INDEX user_sync_plans_by_run ON user_sync_plans (run_id) WHERE run_id IS NOT NULL;

-- A plan's changes by user, with what was before and what is to be.
CREATE TABLE user_sync_changes (
    plan_id            TEXT NOT NULL REFERENCES user_sync_plans (id) ON DELETE CASCADE,
    kind               TEXT NOT NULL,
    position           INTEGER NOT NULL,
    excluded           INTEGER NOT NULL DEFAULT 0,
    user_id            TEXT,
    email              TEXT,
    email_key          TEXT,
    before_remote_id   TEXT,
    before_name        TEXT,
    before_phone       TEXT,
    before_role        TEXT,
    before_company     TEXT,
    before_status      TEXT,
    before_search      TEXT,
    before_fingerprint INTEGER, -- of a new user: of what it is when that is taken back
    after_remote_id    TEXT,
    after_name         TEXT,
    after_phone        TEXT,
    after_role         TEXT,
    after_company      TEXT,
    after_status       TEXT,
    after_search       TEXT,
    after_fingerprint  INTEGER,
    row_number         INTEGER, -- of an invalid row
    error              TEXT,
    PRIMARY KEY (plan_id, kind, position)
) STRICT;

CREATE TABLE user_sync_runs (
    id                   TEXT PRIMARY KEY,
    location_id          INTEGER NOT NULL,
    plan_id              TEXT,
    run_trigger          TEXT NOT NULL,
    status               TEXT NOT NULL CHECK (status IN ('running', 'completed', 'failed')),
    phase                TEXT NOT NULL,
    done                 INTEGER NOT NULL DEFAULT 0,
    total                INTEGER NOT NULL DEFAULT 0,
    added                INTEGER NOT NULL DEFAULT 0,
    reactivated          INTEGER NOT NULL DEFAULT 0,
    updated              INTEGER NOT NULL DEFAULT 0,
    deactivated          INTEGER NOT NULL DEFAULT 0,
    unchanged            INTEGER NOT NULL DEFAULT 0,
    allow_large_deletion INTEGER NOT NULL DEFAULT 0,
    guard                TEXT, -- JSON: [[code, sentence]], what was allowed
    conflicts            TEXT, -- JSON: [[e-mail, reason]], of an undo
    undoes               TEXT,
    undone_by            TEXT,
    error_code           TEXT,
    error                TEXT,
    actor_id             TEXT NOT NULL,
    actor_kind           TEXT NOT NULL,
    started_at           INTEGER NOT NULL,
    finished_at          INTEGER,
    lease_until          INTEGER NOT NULL
) STRICT;
CREATE INDEX user_sync_runs_by_location ON user_sync_runs (location_id, started_at, id);
CREATE INDEX user_sync_runs_by_age ON user_sync_runs (started_at, id);
CREATE INDEX user_sync_runs_by_lease ON user_sync_runs (lease_until) WHERE status = 'running';
