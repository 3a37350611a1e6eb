-- What is taken back user by user, for an undo is a run with changes like any other; the users; the run.
UPDATE directory_locations SET users_revision = users_revision + 1 WHERE id = 8;
INSERT INTO user_sync_plans (id, location_id, base_revision, base_count, base_sum, added, reactivated, updated, deleted,
    unchanged, invalid, total, active, doubts, run_id, created_at, expires_at)
VALUES ('bare-undo-{run}', 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '[]', 'bare-undo-{run}', 0, 0);
INSERT INTO user_sync_changes (plan_id, kind, position, user_id, email, email_key,
    before_remote_id, before_name, before_phone, before_role, before_company, before_status, before_search, before_fingerprint,
    after_remote_id, after_name, after_phone, after_role, after_company, after_status, after_search, after_fingerprint)
SELECT 'bare-undo-{run}', kind, position, user_id, email, email_key,
    after_remote_id, after_name, after_phone, after_role, after_company, after_status, after_search, after_fingerprint,
    before_remote_id, before_name, before_phone, before_role, before_company, before_status, before_search, before_fingerprint
FROM user_sync_changes WHERE plan_id = (SELECT plan_id FROM user_sync_runs WHERE id = '{id}') AND kind = 'updated';
UPDATE directory_users SET name = c.after_name, phone = c.after_phone, role = c.after_role, company = c.after_company,
    status = c.after_status, remote_id = c.after_remote_id, search = c.after_search, fingerprint = c.after_fingerprint,
    revision = (SELECT users_revision FROM directory_locations WHERE id = 8), updated_at = updated_at + 1
FROM user_sync_changes c
WHERE c.plan_id = 'bare-undo-{run}' AND directory_users.id = c.user_id;
INSERT INTO user_sync_runs (id, location_id, plan_id, run_trigger, status, phase, updated, undoes, actor_id, actor_kind,
    started_at, finished_at, lease_until)
SELECT 'bare-undo-{run}', 8, plan_id, 'undo', 'completed', 'done', COUNT(*), '{id}', 'bare', 'bare', 0, 0, 0
FROM user_sync_changes WHERE plan_id = 'bare-undo-{run}' GROUP BY plan_id;
