CREATE INDEX directory_users_by_revision ON directory_users (location_id, revision);
