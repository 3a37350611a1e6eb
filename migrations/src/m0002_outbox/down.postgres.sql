DROP TABLE outbox CASCADE;
DROP FUNCTION outbox_next_id();
DROP SEQUENCE outbox_id_seq;
