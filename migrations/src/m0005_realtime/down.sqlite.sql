DROP TABLE presence;
DROP TABLE partner_locations;
DROP TABLE notification_cursor;
DROP TABLE notifications;
DROP TABLE messages;
