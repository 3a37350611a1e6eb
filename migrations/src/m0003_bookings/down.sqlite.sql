DROP TABLE partner_earnings;
DROP TABLE partners;
DROP TABLE booking_history;
DROP TABLE booking_mirrors;
DROP TABLE bookings;
