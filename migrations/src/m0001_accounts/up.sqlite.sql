CREATE TABLE accounts (
    id            TEXT PRIMARY KEY,
    email         TEXT NOT NULL,
    email_key     TEXT NOT NULL UNIQUE, -- lower case
    name          TEXT NOT NULL,
    phone         TEXT,
    role          TEXT NOT NULL CHECK (role IN ('admin', 'partner', 'customer')),
    password_hash TEXT NOT NULL,
    disabled      INTEGER NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1)),
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL
) STRICT;
CREATE INDEX accounts_by_age ON accounts (created_at, id);

CREATE TABLE refresh_tokens (
    hash       TEXT PRIMARY KEY,
    family_id  TEXT NOT NULL, -- all that came from one sign-in
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at    INTEGER -- rotated away; seen again, the family ends
) STRICT;
CREATE INDEX refresh_tokens_by_family ON refresh_tokens (family_id);
CREATE INDEX refresh_tokens_by_account ON refresh_tokens (account_id);
CREATE INDEX refresh_tokens_by_end ON refresh_tokens (expires_at);

CREATE TABLE organizations (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE organization_members (
    organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    account_id      TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    role            TEXT NOT NULL CHECK (role IN ('member', 'admin')),
    created_at      INTEGER NOT NULL,
    PRIMARY KEY (organization_id, account_id)
) STRICT;
CREATE INDEX organization_members_by_account ON organization_members (account_id);

CREATE TABLE service_tokens (
    id              TEXT PRIMARY KEY,
    name            TEXT NOT NULL,
    hash            TEXT NOT NULL UNIQUE,
    scopes          TEXT NOT NULL, -- separated by spaces
    organization_id TEXT REFERENCES organizations (id) ON DELETE CASCADE,
    created_by      TEXT NOT NULL,
    created_at      INTEGER NOT NULL
) STRICT;

-- Counts the changes of who may do what, so that this can be remembered between them.
CREATE TABLE change_marks (
    name  TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT;
INSERT INTO change_marks (name, value) VALUES ('accounts', 0);

CREATE TRIGGER accounts_move_mark_on_insert AFTER INSERT ON accounts BEGIN
    UPDATE change_marks SET value = value + 1 WHERE name = 'accounts';
END;
CREATE TRIGGER accounts_move_mark_on_update AFTER UPDATE ON accounts BEGIN
    UPDATE change_marks SET value = value + 1 WHERE name = 'accounts';
END;
CREATE TRIGGER accounts_move_mark_on_delete AFTER DELETE ON accounts BEGIN
    UPDATE change_marks SET value = value + 1 WHERE name = 'accounts';
END;
CREATE TRIGGER organizations_move_mark_on_insert AFTER INSERT ON organizations BEGIN
    UPDATE change_marks SET value = value + 1 WHERE name = 'accounts';
END;
CREATE TRIGGER organizations_move_mark_on_update AFTER UPDATE ON organizations BEGIN
    UPDATE change_marks SET value = value + 1 WHERE name = 'accounts';
END;
CREATE TRIGGER organizations_move_mark_on_delete AFTER DELETE ON organizations BEGIN
    UPDATE change_marks SET value = value + 1 WHERE name = 'accounts';
END;
CREATE TRIGGER organization_members_move_mark_on_insert AFTER INSERT ON organization_members BEGIN
    UPDATE change_marks SET value = value + 1 WHERE name = 'accounts';
END;
CREATE TRIGGER organization_members_move_mark_on_update AFTER UPDATE ON organization_members BEGIN
    UPDATE change_marks SET value = value + 1 WHERE name = 'accounts';
END;
CREATE TRIGGER organization_members_move_mark_on_delete AFTER DELETE ON organization_members BEGIN
    UPDATE change_marks SET value = value + 1 WHERE name = 'accounts';
END;
CREATE TRIGGER service_tokens_move_mark_on_insert AFTER INSERT ON service_tokens BEGIN
    UPDATE change_marks SET value = value + 1 WHERE name = 'accounts';
END;
CREATE TRIGGER service_tokens_move_mark_on_update AFTER UPDATE ON service_tokens BEGIN
    UPDATE change_marks SET value = value + 1 WHERE name = 'accounts';
END;
CREATE TRIGGER service_tokens_move_mark_on_delete AFTER DELETE ON service_tokens BEGIN
    UPDATE change_marks SET value = value + 1 WHERE name = 'accounts';
END;
