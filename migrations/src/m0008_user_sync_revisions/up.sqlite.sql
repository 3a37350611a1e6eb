-- Each sync moved every changed user in this index, and on Postgres in all others with it. It only served to name who
-- changed where a plan is stale, which a look at the users of the location does as well.
DROP INDEX directory_users_by_revision;
