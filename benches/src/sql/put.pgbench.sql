-- pgbench takes every colon before a word for a variable, in texts too: hence the odd spelling of some.
-- What `PUT /bookings/{id}` does: one read, then one transaction of four statements.
\set n random(0, :bookings - 1)
\set odd random(0, 1)
SELECT id, booking_number, customer_id, partner_id, service, scheduled_at, address, amount_minor, currency, status,
    assigned_status, notes, created_at, updated_at, version FROM bookings WHERE id = 'booking-' || :n \gset
BEGIN;
UPDATE bookings SET customer_id = :customer_id, partner_id = NULL, service = 'House Cleaning', scheduled_at = 1800000000000,
    address = '5678 Main St', amount_minor = 99900, currency = 'USD', status = (CASE WHEN :odd = 1 THEN 'PARTNER_ASSIGNED' ELSE 'PENDING' END), assigned_status = (CASE WHEN :odd = 1 THEN 'assigned' ELSE 'unassigned' END), notes = NULL,
    updated_at = 1800000000000, version = :version + 1
WHERE id = :id AND version = :version;
INSERT INTO booking_mirrors (user_id, booking_id, booking_number, customer_id, partner_id, service, scheduled_at, address,
    amount_minor, currency, status, assigned_status, updated_at, mirrored_at, synced_by, last_manual_sync_at)
VALUES (:customer_id, :id, :booking_number, :customer_id, NULL, 'House Cleaning', 1800000000000, '5678 Main St', 99900, 'USD', (CASE WHEN :odd = 1 THEN 'PARTNER_ASSIGNED' ELSE 'PENDING' END), (CASE WHEN :odd = 1 THEN 'assigned' ELSE 'unassigned' END), 1800000000000,
    1800000000000, 'booking-update', NULL)
ON CONFLICT (user_id, booking_id) DO UPDATE SET booking_number = excluded.booking_number,
    customer_id = excluded.customer_id, partner_id = excluded.partner_id, service = excluded.service,
    scheduled_at = excluded.scheduled_at, address = excluded.address, amount_minor = excluded.amount_minor,
    currency = excluded.currency, status = excluded.status, assigned_status = excluded.assigned_status,
    updated_at = excluded.updated_at, mirrored_at = excluded.mirrored_at, synced_by = excluded.synced_by,
    last_manual_sync_at = COALESCE(excluded.last_manual_sync_at, booking_mirrors.last_manual_sync_at);
INSERT INTO booking_history (booking_id, customer_id, call, actor_id, actor_kind, changes, outcome, error, created_at)
VALUES (:id, :customer_id, 'booking-update', '0190f0d0-0000-7000-8000-000000000000', 'admin', '[{"field":"address","from":"1234 Main St","to":"5678 Main St"},{"field":"status","from":"PENDING","to":"PARTNER_ASSIGNED"},{"field":"assignedStatus","from":"unassigned","to":"assigned"}]', 'done', NULL, 1800000000000);
INSERT INTO outbox (audience, event, payload, created_at)
VALUES ('role:' || 'admin', 'booking:' || 'updated', '{"assignedStatus":"assigned","bookingId":"booking-1234","bookingNumber":"BK1001234","changes":[{"field":"address","from":"1234 Main St","to":"5678 Main St"},{"field":"status","from":"PENDING","to":"PARTNER_ASSIGNED"},{"field":"assignedStatus","from":"unassigned","to":"assigned"}],"customerId":"customer-234","partnerId": null,"status":"PARTNER_ASSIGNED","updatedAt":"2026-01-31T09.30.00.000Z","version": 2}', 1800000000000), ('account:' || CAST(:customer_id AS TEXT), 'booking:' || 'status_updated', '{"assignedStatus":"assigned","bookingId":"booking-1234","message":"A partner has been assigned to your booking","status":"PARTNER_ASSIGNED"}', 1800000000000);
COMMIT;
