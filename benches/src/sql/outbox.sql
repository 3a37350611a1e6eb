INSERT INTO outbox (audience, event, payload, created_at)
VALUES ('role:admin', 'booking:updated', $1, 1800000000000), ($2, 'booking:status_updated', $3, 1800000000000)
