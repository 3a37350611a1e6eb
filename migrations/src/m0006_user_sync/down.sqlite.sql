DROP TABLE user_sync_runs;
DROP TABLE user_sync_changes;
DROP TABLE user_sync_plans;
DROP TABLE directory_users;
DROP TABLE directory_locations;
