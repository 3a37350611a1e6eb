DROP TABLE stock_import_lines;
DROP TABLE stock_reservation_lines;
DROP TABLE stock_reservations;
DROP TABLE stock_orders;
DROP TABLE stock_movements;
DROP TABLE stock_variants;
DROP TABLE product_texts;
DROP TABLE products;
