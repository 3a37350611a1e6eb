use serde_json::{Value, json};
use test_support::TestDatabase;

use crate::harness::{Answer, Client, House, Node, Sql};

/// Variants whose stock is not what their movements add up to.
const UNBALANCED: &str = "SELECT v.product_id, v.size, v.color, v.stock FROM stock_variants v \
    WHERE v.stock <> (SELECT CAST(COALESCE(SUM(m.delta), 0) AS BIGINT) FROM stock_movements m \
    WHERE m.product_id = v.product_id AND m.size = v.size AND m.color = v.color)";
/// Variants of which not as much is reserved as is held.
const UNHELD: &str = "SELECT v.product_id, v.size, v.color, v.reserved FROM stock_variants v \
    WHERE v.reserved <> (SELECT CAST(COALESCE(SUM(l.quantity), 0) AS BIGINT) FROM stock_reservation_lines l \
    JOIN stock_reservations r ON r.id = l.reservation_id WHERE r.status = 'active' \
    AND l.product_id = v.product_id AND l.size = v.size AND l.color = v.color)";

/// Colors that a product comes in.
const COLORS: usize = 5;

/// A gateway that sells: one node on SQLite, which is a single process's, and two on Postgres.
pub(super) struct Shop {
    pub(super) house: House,
    pub(super) second: Option<Node>,
    pub(super) program: Client,
}

/// One color of one size of a product, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Variant(pub(super) usize);

impl Variant {
    pub(super) fn product(self) -> String {
        format!("P{}", self.0 / COLORS)
    }

    pub(super) fn color(self) -> String {
        format!("C{}", self.0 % COLORS)
    }

    /// So many units of it, as they stand in a request.
    pub(super) fn item(self, quantity: i64) -> Value {
        json!({"productId": self.product(), "size": "M", "color": self.color(), "quantity": quantity})
    }

    /// The one that a row of a table is about.
    pub(super) fn of_row(row: &Value) -> Self {
        let number =
            |column: &str| -> usize { row[column].as_str().unwrap()[1..].parse().unwrap() };
        Self(number("product_id") * COLORS + number("color"))
    }
}

impl Shop {
    pub(super) async fn open(database: TestDatabase) -> Self {
        let house = House::open(database).await;
        let second = if house.sql.is_sqlite() {
            None
        } else {
            Some(Node::start(house.database.url()).await)
        };
        let program = house.service(&["stock:write"]).await;
        Self {
            house,
            second,
            program,
        }
    }

    /// The storefront's program, at one node and the other by turns.
    pub(super) fn seller(&self, turn: usize) -> Client {
        self.program.at(self.node(turn))
    }

    /// The nodes by turns.
    pub(super) fn node(&self, turn: usize) -> &Node {
        match &self.second {
            Some(second) if turn % 2 == 1 => second,
            _ => &self.house.node,
        }
    }

    pub(super) fn sql(&self) -> &Sql {
        &self.house.sql
    }

    /// Fills the shelves: so many variants, so many units of each.
    pub(super) async fn fill(&self, variants: usize, units: i64) {
        for first in (0..variants).step_by(COLORS) {
            let colors: Vec<_> = (first..variants.min(first + COLORS))
                .map(|n| json!({"color": Variant(n).color(), "stock": units}))
                .collect();
            let product = Variant(first).product();
            let body = json!({"_id": product, "title": product, "price": 24.8, "currency": "EUR",
                "sizeVariants": [{"size": "M", "colorVariants": colors}]});
            self.seller(0).post("/api/products", &body).await.is(201);
        }
    }

    /// Expects that stock, ledger and holds agree, and that the command which looks at them says so, too.
    pub(super) async fn expect_sound(&self) {
        self.expect_sums().await;
        let (status, said) = self.house.node.run(&["stock", "verify"]).await;
        assert!(
            status.success() && said.contains("no difference"),
            "{status} {said}"
        );
    }

    /// Expects that stock, ledger and holds agree, as every node says and in the tables.
    pub(super) async fn expect_sums(&self) {
        for turn in 0..2 {
            let admin = self.house.admin.at(self.node(turn));
            let verified = admin.get("/api/stock/verify").await.is(200);
            assert_eq!(
                (&verified["success"], &verified["differences"]),
                (&json!(true), &json!([]))
            );
        }
        for query in [UNBALANCED, UNHELD] {
            assert_eq!(self.sql().rows(query).await, Vec::<Value>::new());
        }
    }

    /// The units of every variant that there are, by variant.
    pub(super) async fn units(&self) -> Vec<(Variant, i64)> {
        let rows = self.sql().rows("SELECT * FROM stock_variants").await;
        let mut units: Vec<_> = rows
            .iter()
            .map(|row| (Variant::of_row(row), row["stock"].as_i64().unwrap()))
            .collect();
        units.sort_unstable();
        units
    }
}

/// Orders.
pub(super) async fn order(seller: &Client, id: &str, items: Value) -> Answer {
    let path = format!("/api/stock/reduce?orderId={id}");
    seller.post(&path, &json!({"items": items})).await
}

/// Expects a refusal that tells of too few units and nothing else.
#[track_caller]
pub(super) fn expect_short(answer: Answer) -> Value {
    let refused = answer.refuses(409, "insufficient_stock");
    for error in refused["errors"].as_array().unwrap() {
        assert_eq!(error["code"], "insufficient_stock", "{refused}");
        let number = |field: &str| error[field].as_i64().unwrap();
        assert!(number("requested") > number("available"), "{refused}");
    }
    refused
}
