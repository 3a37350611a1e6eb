UPDATE bookings SET customer_id = $1, partner_id = NULL, service = 'House Cleaning', scheduled_at = 1800000000000,
    address = '5678 Main St', amount_minor = 99900, currency = 'USD', status = $2, assigned_status = $3, notes = NULL,
    updated_at = 1800000000000, version = $5 + 1
WHERE id = $4 AND version = $5
