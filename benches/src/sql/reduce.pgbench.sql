-- One order in one transaction: the idempotency row, a conditional update, the ledger, the outbox. pgbench takes every
-- colon before a word for a variable, in texts too.
\set n random(0, :variants - 1)
\set order_number random(1, 1000000000000)
BEGIN;
INSERT INTO stock_orders (id, lines, after_order, created_at)
VALUES ('o-' || :order_number, '[["product-0","M","c1",1,999999]]', 0, 1800000000000) ON CONFLICT (id) DO NOTHING;
UPDATE stock_variants SET stock = stock - 1, updated_at = 1800000000000
WHERE product_id = 'product-' || (:n / 500) AND size = 'M' AND color = 'c' || (:n % 500) AND stock - reserved >= 1
RETURNING stock AS balance \gset
INSERT INTO stock_movements (product_id, size, color, kind, reason, delta, balance_after, order_id, actor_id, actor_kind, created_at)
VALUES ('product-' || (:n / 500), 'M', 'c' || (:n % 500), 'order', 'order', -1, :balance, 'o-' || :order_number,
    '0190f0d0-0000-7000-8000-000000000000', 'admin', 1800000000000);
INSERT INTO outbox (audience, event, payload, created_at)
VALUES ('everybody', 'STOCK_' || 'REDUCED', '{"productId": "product-0","size": "M","color": "c1","stock": 999999999,"reserved": 0,"available": 999999999,"timestamp": "2026-01-31T09.30.00.000Z","afterOrder": true}', 1800000000000);
COMMIT;
