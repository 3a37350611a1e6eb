INSERT INTO booking_history (booking_id, customer_id, call, actor_id, actor_kind, changes, outcome, error, created_at)
VALUES ($1, $2, 'booking-update', '0190f0d0-0000-7000-8000-000000000000', 'admin', $3, 'done', NULL, 1800000000000)
