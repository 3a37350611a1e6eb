-- The users, their location's counter and last sync, the plan that is used, and the run that says so.
UPDATE directory_locations SET users_revision = users_revision + 1, last_sync = last_sync + 1 WHERE id = 8;
UPDATE directory_users SET name = c.after_name, phone = c.after_phone, role = c.after_role, company = c.after_company,
    status = c.after_status, remote_id = c.after_remote_id, search = c.after_search, fingerprint = c.after_fingerprint,
    revision = (SELECT users_revision FROM directory_locations WHERE id = 8), updated_at = updated_at + 1
FROM user_sync_changes c
WHERE c.plan_id = (SELECT plan_id FROM user_sync_runs WHERE id = '{id}') AND c.kind = 'updated' AND directory_users.id = c.user_id;
UPDATE user_sync_plans SET run_id = '{id}' WHERE id = (SELECT plan_id FROM user_sync_runs WHERE id = '{id}');
INSERT INTO user_sync_runs (id, location_id, plan_id, run_trigger, status, phase, updated, actor_id, actor_kind, started_at,
    finished_at, lease_until)
SELECT 'bare-execute-{run}', 8, plan_id, 'manual', 'completed', 'done', COUNT(*), 'bare', 'bare', 0, 0, 0
FROM user_sync_changes WHERE plan_id = (SELECT plan_id FROM user_sync_runs WHERE id = '{id}') AND kind = 'updated'
GROUP BY plan_id;
