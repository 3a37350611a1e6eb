// The baseline of `stock-postgres`: reduce as a shop would write it for itself, one transaction an order.
import express from 'express';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 64 });
const app = express();
app.use(express.json());

app.post('/api/stock/reduce', async (request, response) => {
  const orderId = String(request.query.orderId);
  const now = Date.now();
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const results = [];
    for (const { productId, size, color, quantity } of request.body.items) {
      const { rows } = await client.query({
        name: 'take',
        text: `UPDATE stock_variants SET stock = stock - $1, updated_at = $2
               WHERE product_id = $3 AND size = $4 AND color = $5 AND stock - reserved >= $1 RETURNING stock`,
        values: [quantity, now, productId, size, color],
      });
      if (rows.length === 0) throw Object.assign(new Error('Insufficient stock'), { status: 409 });
      const newStock = Number(rows[0].stock);
      await client.query({
        name: 'move',
        text: `INSERT INTO stock_movements (product_id, size, color, kind, reason, delta, balance_after, order_id, actor_id,
               actor_kind, created_at) VALUES ($1, $2, $3, 'order', 'order', $4, $5, $6, 'storefront', 'service', $7)`,
        values: [productId, size, color, -quantity, newStock, orderId, now],
      });
      results.push({ productId, size, color, quantity, newStock, status: 'success' });
    }
    await client.query({
      name: 'order',
      text: 'INSERT INTO stock_orders (id, lines, after_order, created_at) VALUES ($1, $2, 1, $3)',
      values: [orderId, JSON.stringify(results), now],
    });
    await client.query({
      name: 'tell',
      text: `INSERT INTO outbox (audience, event, payload, created_at) VALUES ('everybody', 'STOCK_REDUCED', $1, $2)`,
      values: [JSON.stringify(results[0]), now],
    });
    await client.query('COMMIT');
    response.json({ success: true, orderId, results, replayed: false, timestamp: new Date(now).toISOString() });
  } catch (error) {
    await client.query('ROLLBACK');
    response.status(error.status ?? 500).json({ success: false, error: error.message });
  } finally {
    client.release();
  }
});

const server = app.listen(0, '127.0.0.1', () => console.log(`127.0.0.1:${server.address().port}`));
