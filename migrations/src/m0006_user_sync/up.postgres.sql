-- Servers that directory users come from. A cron pattern has a time zone and a next run, credentials come in pairs.
CREATE TABLE directory_locations (
    id              BIGINT PRIMARY KEY,
    code            TEXT COLLATE "C" NOT NULL,
    name            TEXT COLLATE "C" NOT NULL,
    online_url      TEXT NOT NULL,
    email_sealed    TEXT,
    password_sealed TEXT,
    cron            TEXT,
    timezone        TEXT,
    next_run        BIGINT,
    last_sync       BIGINT,
    users_revision  BIGINT NOT NULL DEFAULT 0, -- counts the changes of its users; its lock is theirs
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
    CHECK ((email_sealed IS NULL) = (password_sealed IS NULL)),
    CHECK ((cron IS NULL) = (timezone IS NULL))
);
CREATE INDEX directory_locations_by_next_run ON directory_locations (next_run) WHERE next_run IS NOT NULL;

CREATE TABLE directory_users (
    id          TEXT COLLATE "C" PRIMARY KEY,
    location_id BIGINT NOT NULL REFERENCES directory_locations (id),
    email       TEXT COLLATE "C" NOT NULL,
    email_key   TEXT COLLATE "C" NOT NULL, -- in lower case
    name        TEXT COLLATE "C",
    phone       TEXT COLLATE "C",
    role        TEXT COLLATE "C",
    company     TEXT COLLATE "C",
    status      TEXT NOT NULL CHECK (status IN ('active', 'inactive')),
    source      TEXT NOT NULL CHECK (source IN ('sync', 'manual')),
    remote_id   TEXT COLLATE "C", -- id_user of the server
    search      TEXT NOT NULL,    -- e-mail and all fields in lower case
    fingerprint BIGINT NOT NULL,  -- of what a sync compares or changes
    revision    BIGINT NOT NULL,  -- the users_revision of its last change
    first_revision BIGINT NOT NULL, -- that of its first one
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    UNIQUE (location_id, email_key)
);
CREATE INDEX directory_users_by_age ON directory_users (created_at, id);
CREATE INDEX directory_users_by_revision ON directory_users (location_id, revision);

-- What a preview, or an undo, wants to do.
CREATE TABLE user_sync_plans (
    id            TEXT COLLATE "C" PRIMARY KEY,
    location_id   BIGINT NOT NULL,
    base_revision BIGINT NOT NULL, -- users_revision when the users were read
    base_count    BIGINT NOT NULL, -- how many there were
    base_sum      BIGINT NOT NULL, -- and the sum of what their fingerprints are
    added         BIGINT NOT NULL,
    reactivated   BIGINT NOT NULL,
    updated       BIGINT NOT NULL,
    deleted       BIGINT NOT NULL,
    unchanged     BIGINT NOT NULL,
    invalid       BIGINT NOT NULL,
    total         BIGINT NOT NULL,
    active        BIGINT NOT NULL, -- active users before
    doubts        TEXT NOT NULL,   -- JSON: [[code, sentence]]
    run_id        TEXT COLLATE "C",
    created_at    BIGINT NOT NULL,
    expires_at    BIGINT NOT NULL
);
CREATE INDEX user_sync_plans_by_expiry ON user_sync_plans (expires_at) WHERE run_id IS NULL;
CREATE INDEX user_sync_plans_by_run ON user_sync_plans (run_id) WHERE run_id IS NOT NULL;

-- A plan's changes by user, with what was before and what is to be.
CREATE TABLE user_sync_changes (
    plan_id            TEXT COLLATE "C" NOT NULL REFERENCES user_sync_plans (id) ON DELETE CASCADE,
    kind               TEXT COLLATE "C" NOT NULL,
    position           BIGINT NOT NULL,
    excluded           BIGINT NOT NULL DEFAULT 0,
    user_id            TEXT COLLATE "C",
    email              TEXT,
    email_key          TEXT COLLATE "C",
    before_remote_id   TEXT,
    before_name        TEXT,
    before_phone       TEXT,
    before_role        TEXT,
    before_company     TEXT,
    before_status      TEXT,
    before_search      TEXT,
    before_fingerprint BIGINT, -- of a new user: of what it is when that is taken back
    after_remote_id    TEXT,
    after_name         TEXT,
    after_phone        TEXT,
    after_role         TEXT,
    after_company      TEXT,
    after_status       TEXT,
    after_search       TEXT,
    after_fingerprint  BIGINT,
    row_number         BIGINT, -- of an invalid row
    error              TEXT,
    PRIMARY KEY (plan_id, kind, position)
);

CREATE TABLE user_sync_runs (
    id                   TEXT COLLATE "C" PRIMARY KEY,
    location_id          BIGINT NOT NULL,
    plan_id              TEXT COLLATE "C",
    run_trigger          TEXT NOT NULL,
    status               TEXT NOT NULL CHECK (status IN ('running', 'completed', 'failed')),
    phase                TEXT NOT NULL,
    done                 BIGINT NOT NULL DEFAULT 0,
    total                BIGINT NOT NULL DEFAULT 0,
    added                BIGINT NOT NULL DEFAULT 0,
    reactivated          BIGINT NOT NULL DEFAULT 0,
    updated              BIGINT NOT NULL DEFAULT 0,
    deactivated          BIGINT NOT NULL DEFAULT 0,
    unchanged            BIGINT NOT NULL DEFAULT 0,
    allow_large_deletion BIGINT NOT NULL DEFAULT 0,
    guard                TEXT, -- JSON: [[code, sentence]], what was allowed
    conflicts            TEXT, -- JSON: [[e-mail, reason]], of an undo
    undoes               TEXT COLLATE "C",
    undone_by            TEXT COLLATE "C",
    error_code           TEXT,
    error                TEXT,
    actor_id             TEXT NOT NULL,
    actor_kind           TEXT NOT NULL,
    started_at           BIGINT NOT NULL,
    finished_at          BIGINT,
    lease_until          BIGINT NOT NULL
);
CREATE INDEX user_sync_runs_by_location ON user_sync_runs (location_id, started_at, id);
CREATE INDEX user_sync_runs_by_age ON user_sync_runs (started_at, id);
CREATE INDEX user_sync_runs_by_lease ON user_sync_runs (lease_until) WHERE status = 'running';
