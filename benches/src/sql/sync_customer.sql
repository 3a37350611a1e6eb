{begin};
INSERT INTO booking_history (booking_id, customer_id, call, actor_id, actor_kind, changes, outcome, created_at)
SELECT id, customer_id, 'sync-all-customer', '0190f0d0-0000-7000-8000-000000000000', 'admin',
    '[' || CAST({object}('field', 'status', 'from', status, 'to', 'COMPLETED') AS TEXT) || ','
        || CAST({object}('field', 'assignedStatus', 'from', assigned_status, 'to', 'completed') AS TEXT) || ']',
    'done', 1800000000000
FROM bookings WHERE customer_id = 'customer-0' ORDER BY id;
INSERT INTO outbox (audience, event, payload, created_at)
SELECT 'account:' || customer_id, 'booking:status_updated', CAST({object}('bookingId', id, 'status', 'COMPLETED',
    'assignedStatus', 'completed', 'message', 'Your booking has been completed') AS TEXT), 1800000000000
FROM bookings WHERE customer_id = 'customer-0' AND assigned_status <> 'completed' ORDER BY id;
INSERT INTO outbox (audience, event, payload, created_at)
SELECT 'role:admin', 'booking:updated', CAST({object}('bookingId', id, 'bookingNumber', booking_number, 'customerId',
    customer_id, 'partnerId', partner_id, 'status', 'COMPLETED', 'assignedStatus', 'completed', 'version', version + 1,
    'updatedAt', '2026-01-31T09:30:00.000Z', 'changes', {json}('[' || CAST({object}('field', 'status', 'from', status, 'to',
    'COMPLETED') AS TEXT) || ',' || CAST({object}('field', 'assignedStatus', 'from', assigned_status, 'to', 'completed') AS
    TEXT) || ']')) AS TEXT), 1800000000000
FROM bookings WHERE customer_id = 'customer-0' AND assigned_status <> 'completed' ORDER BY id;
UPDATE bookings SET status = 'COMPLETED', assigned_status = 'completed', version = version + 1, updated_at = 1800000000000
WHERE customer_id = 'customer-0' AND assigned_status <> 'completed';
DELETE FROM booking_mirrors WHERE user_id <> 'customer-0'
    AND booking_id IN (SELECT id FROM bookings WHERE customer_id = 'customer-0');
INSERT INTO booking_mirrors (user_id, booking_id, booking_number, customer_id, partner_id, service, scheduled_at, address,
    amount_minor, currency, status, assigned_status, updated_at, mirrored_at, synced_by, last_manual_sync_at)
SELECT customer_id, id, booking_number, customer_id, partner_id, service, scheduled_at, address, amount_minor, currency,
    status, assigned_status, updated_at, 1800000000000, 'sync-all-customer', 1800000000000
FROM bookings WHERE customer_id = 'customer-0' ORDER BY id
ON CONFLICT (user_id, booking_id) DO UPDATE SET booking_number = excluded.booking_number,
    customer_id = excluded.customer_id, partner_id = excluded.partner_id, service = excluded.service,
    scheduled_at = excluded.scheduled_at, address = excluded.address, amount_minor = excluded.amount_minor,
    currency = excluded.currency, status = excluded.status, assigned_status = excluded.assigned_status,
    updated_at = excluded.updated_at, mirrored_at = excluded.mirrored_at, synced_by = excluded.synced_by,
    last_manual_sync_at = COALESCE(excluded.last_manual_sync_at, booking_mirrors.last_manual_sync_at);
COMMIT;
