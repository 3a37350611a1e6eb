INSERT INTO booking_mirrors (user_id, booking_id, booking_number, customer_id, partner_id, service, scheduled_at, address,
    amount_minor, currency, status, assigned_status, updated_at, mirrored_at, synced_by, last_manual_sync_at)
VALUES ($1, $2, $3, $1, NULL, 'House Cleaning', 1800000000000, '5678 Main St', 99900, 'USD', $4, $5, 1800000000000,
    1800000000000, 'booking-update', NULL)
ON CONFLICT (user_id, booking_id) DO UPDATE SET booking_number = excluded.booking_number,
    customer_id = excluded.customer_id, partner_id = excluded.partner_id, service = excluded.service,
    scheduled_at = excluded.scheduled_at, address = excluded.address, amount_minor = excluded.amount_minor,
    currency = excluded.currency, status = excluded.status, assigned_status = excluded.assigned_status,
    updated_at = excluded.updated_at, mirrored_at = excluded.mirrored_at, synced_by = excluded.synced_by,
    last_manual_sync_at = COALESCE(excluded.last_manual_sync_at, booking_mirrors.last_manual_sync_at)
