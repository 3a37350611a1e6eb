SELECT booking_number, customer_id, version FROM bookings WHERE id = $1
