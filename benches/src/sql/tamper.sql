DELETE FROM booking_mirrors WHERE booking_id IN (SELECT id FROM bookings WHERE created_at % 400 = 1);
UPDATE booking_mirrors SET assigned_status = 'nonsense'
WHERE booking_id IN (SELECT id FROM bookings WHERE created_at % 400 = 2);
UPDATE booking_mirrors SET user_id = 'somebody-else'
WHERE booking_id IN (SELECT id FROM bookings WHERE created_at % 400 = 3);
INSERT INTO booking_mirrors (user_id, booking_id, assigned_status)
SELECT customer_id, 'orphan-' || id, 'assigned' FROM bookings WHERE created_at % 400 = 4;
