CREATE TABLE accounts (
    id            TEXT COLLATE "C" PRIMARY KEY,
    email         TEXT NOT NULL,
    email_key     TEXT COLLATE "C" NOT NULL UNIQUE, -- lower case
    name          TEXT NOT NULL,
    phone         TEXT,
    role          TEXT NOT NULL CHECK (role IN ('admin', 'partner', 'customer')),
    password_hash TEXT NOT NULL,
    disabled      BOOLEAN NOT NULL DEFAULT FALSE,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL
);
CREATE INDEX accounts_by_age ON accounts (created_at, id);

CREATE TABLE refresh_tokens (
    hash       TEXT COLLATE "C" PRIMARY KEY,
    family_id  TEXT COLLATE "C" NOT NULL, -- all that came from one sign-in
    account_id TEXT COLLATE "C" NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at    BIGINT -- rotated away; seen again, the family ends
);
CREATE INDEX refresh_tokens_by_family ON refresh_tokens (family_id);
CREATE INDEX refresh_tokens_by_account ON refresh_tokens (account_id);
CREATE INDEX refresh_tokens_by_end ON refresh_tokens (expires_at);

CREATE TABLE organizations (
    id         TEXT COLLATE "C" PRIMARY KEY,
    name       TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE organization_members (
    organization_id TEXT COLLATE "C" NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    account_id      TEXT COLLATE "C" NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    role            TEXT NOT NULL CHECK (role IN ('member', 'admin')),
    created_at      BIGINT NOT NULL,
    PRIMARY KEY (organization_id, account_id)
);
CREATE INDEX organization_members_by_account ON organization_members (account_id);

CREATE TABLE service_tokens (
    id              TEXT COLLATE "C" PRIMARY KEY,
    name            TEXT NOT NULL,
    hash            TEXT COLLATE "C" NOT NULL UNIQUE,
    scopes          TEXT NOT NULL, -- separated by spaces
    organization_id TEXT COLLATE "C" REFERENCES organizations (id) ON DELETE CASCADE,
    created_by      TEXT COLLATE "C" NOT NULL,
    created_at      BIGINT NOT NULL
);

-- Counts the commits that change who may do what, so that this can be remembered between them. The triggers fire at the
-- end of a transaction: the row is the last lock that it takes, so nobody waits for each other in a circle.
CREATE TABLE change_marks (
    name  TEXT COLLATE "C" PRIMARY KEY,
    value BIGINT NOT NULL
);
INSERT INTO change_marks (name, value) VALUES ('accounts', 0);

CREATE FUNCTION move_accounts_mark() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    UPDATE change_marks SET value = value + 1 WHERE name = 'accounts';
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER accounts_move_mark AFTER INSERT OR UPDATE OR DELETE ON accounts
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION move_accounts_mark();
CREATE CONSTRAINT TRIGGER organizations_move_mark AFTER INSERT OR UPDATE OR DELETE ON organizations
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION move_accounts_mark();
CREATE CONSTRAINT TRIGGER organization_members_move_mark AFTER INSERT OR UPDATE OR DELETE ON organization_members
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION move_accounts_mark();
CREATE CONSTRAINT TRIGGER service_tokens_move_mark AFTER INSERT OR UPDATE OR DELETE ON service_tokens
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION move_accounts_mark();
