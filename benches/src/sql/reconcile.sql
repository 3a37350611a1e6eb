DELETE FROM booking_mirrors WHERE NOT EXISTS (SELECT 1 FROM bookings b
    WHERE b.id = booking_mirrors.booking_id AND b.customer_id = booking_mirrors.user_id);
INSERT INTO booking_mirrors (user_id, booking_id, booking_number, customer_id, partner_id, service, scheduled_at, address,
    amount_minor, currency, status, assigned_status, updated_at, mirrored_at, synced_by)
SELECT b.customer_id, b.id, b.booking_number, b.customer_id, b.partner_id, b.service, b.scheduled_at, b.address,
    b.amount_minor, b.currency, b.status, b.assigned_status, b.updated_at, 1800000000000, 'reconcile'
FROM bookings b LEFT JOIN booking_mirrors m ON m.user_id = b.customer_id AND m.booking_id = b.id
WHERE m.booking_id IS NULL OR m.booking_number IS DISTINCT FROM b.booking_number
    OR m.customer_id IS DISTINCT FROM b.customer_id OR m.partner_id IS DISTINCT FROM b.partner_id
    OR m.service IS DISTINCT FROM b.service OR m.scheduled_at IS DISTINCT FROM b.scheduled_at
    OR m.address IS DISTINCT FROM b.address OR m.amount_minor IS DISTINCT FROM b.amount_minor
    OR m.currency IS DISTINCT FROM b.currency OR m.status IS DISTINCT FROM b.status
    OR m.assigned_status IS DISTINCT FROM b.assigned_status
ON CONFLICT (user_id, booking_id) DO UPDATE SET booking_number = excluded.booking_number,
    customer_id = excluded.customer_id, partner_id = excluded.partner_id, service = excluded.service,
    scheduled_at = excluded.scheduled_at, address = excluded.address, amount_minor = excluded.amount_minor,
    currency = excluded.currency, status = excluded.status, assigned_status = excluded.assigned_status,
    updated_at = excluded.updated_at, mirrored_at = excluded.mirrored_at, synced_by = excluded.synced_by;
