use std::collections::BTreeMap;

use serde_json::{Value, json};
use test_support::TestDatabase;

use crate::harness::{Client, House, PASSWORD, Person};

/// A company with two customers, two partners and something of everything, which are Ann's and Pat's.
pub(crate) struct Site {
    pub(crate) house: House,
    pub(crate) ann: Person,
    pub(crate) carl: Person,
    pub(crate) pat: Person,
    pub(crate) paul: Person,
    pub(crate) organization: String,
}

/// What one operation may use up.
pub(crate) struct Things {
    pub(crate) booking: String,
    pub(crate) token: String,
    /// The id of an account of which nobody needs anything.
    pub(crate) account: String,
    /// A product, of which an order took one unit.
    pub(crate) product: String,
    pub(crate) order: String,
}

impl Site {
    pub(crate) async fn build(database: TestDatabase) -> Self {
        let house = House::open(database).await;
        let (ann, carl) = (house.customer("ann").await, house.customer("carl").await);
        let (pat, paul) = (house.partner("pat").await, house.partner("paul").await);
        let request = json!({"name": "Obala"});
        let organization = house.admin.post("/api/organizations", &request).await;
        let organization = text(&organization.is(201)["id"]);
        let members = format!("/api/organizations/{organization}/members");
        let member = json!({"accountId": ann.id, "role": "member"});
        house.admin.post(&members, &member).await.is(201);
        Self {
            house,
            ann,
            carl,
            pat,
            paul,
            organization,
        }
    }

    /// Somebody with a token.
    pub(crate) fn client(&self, token: &str) -> Client {
        self.house.stranger().with_token(token)
    }

    /// A booking of Ann's that Pat is to do, and whatever else can be used up.
    pub(crate) async fn things(&self) -> Things {
        let booking = json!({"customerId": self.ann.id, "partnerId": self.pat.id, "service": "Cleaning",
            "scheduledAt": "2030-01-31T09:30:00Z", "address": "Pot 1", "amount": 24.8});
        let booking = self.house.admin.post("/bookings", &booking).await.is(201);
        let token = self.service_token(&["stock:write"]).await;
        let (product, order) = self.sold().await;
        Things {
            booking: text(&booking["id"]),
            product,
            order,
            token: text(&token["id"]),
            account: self.carl.id.clone(),
        }
    }

    /// A product, and an order that took one unit of it.
    async fn sold(&self) -> (String, String) {
        let admin = &self.house.admin;
        let variants = json!([{"size": "M", "colorVariants": [{"color": "Red", "stock": 1_000}]}]);
        let product = json!({"title": "Shirt", "sizeVariants": variants});
        let product = admin.post("/api/products", &product).await.is(201);
        let product = text(&product["_id"]);
        let order = json!({"items": items(&product)});
        let order = admin.post("/api/stock/reduce", &order).await.is(200);
        (product, text(&order["orderId"]))
    }

    /// Makes a service token; with `token`, and `id`.
    pub(crate) async fn service_token(&self, scopes: &[&str]) -> Value {
        let request =
            json!({"name": "Program", "scopes": scopes, "organizationId": self.organization});
        self.house
            .admin
            .post("/api/service-tokens", &request)
            .await
            .is(201)
    }

    /// The address of something of Ann's or Pat's; where `{…}` stands in `template`.
    pub(crate) fn path(&self, template: &str, things: &Things) -> String {
        let replaced: BTreeMap<&str, &str> = match template {
            path if path.starts_with("/api/accounts/") => [("{id}", &*things.account)].into(),
            path if path.starts_with("/api/organizations/") => [
                ("{id}", &*self.organization),
                ("{accountId}", &*self.ann.id),
            ]
            .into(),
            path if path.starts_with("/api/partners/") => [("{id}", &*self.pat.id)].into(),
            path if path.starts_with("/api/products/") => [("{id}", &*things.product)].into(),
            path if path.starts_with("/api/service-tokens/") => [("{id}", &*things.token)].into(),
            path if path.starts_with("/bookings/") => [("{id}", &*things.booking)].into(),
            path if path.starts_with("/users/") => [
                ("{userId}", &*self.ann.id),
                ("{bookingId}", &*things.booking),
            ]
            .into(),
            _ => BTreeMap::new(),
        };
        let filled = replaced
            .iter()
            .fold(template.to_owned(), |path, (name, value)| {
                path.replace(name, value)
            });
        assert!(!filled.contains('{'), "nobody knows what {template} names");
        filled
    }

    /// A body with every field that `operation` takes, which an admin may send.
    pub(crate) fn body(&self, operation: &str, things: &Things) -> Value {
        let ann = &self.ann.id;
        match operation {
            "POST /api/accounts" => {
                json!({"id": format!("made-for-{}", things.booking), "email": fresh_email(things), "password": PASSWORD,
                    "name": "New", "role": "customer", "phone": "1"})
            }
            "PATCH /api/accounts/{id}" => {
                json!({"name": "Renamed", "disabled": false, "password": PASSWORD})
            }
            "POST /api/auth/login" => {
                json!({"email": "ann@customers.test", "password": "not hers"})
            }
            "POST /api/auth/logout" | "POST /api/auth/refresh" => {
                json!({"refreshToken": "no such session"})
            }
            "POST /api/auth/register" => newcomer(things),
            "POST /api/organizations" => {
                json!({"id": format!("org-of-{}", things.booking), "name": "Second"})
            }
            "POST /api/organizations/{id}/members" => {
                json!({"accountId": self.paul.id, "role": "member"})
            }
            "POST /api/partners" => {
                json!({"email": fresh_email(things), "password": PASSWORD, "name": "New", "phone": "1", "services": ["Cleaning"]})
            }
            "POST /api/partners/{id}/kyc" => {
                json!({"documentType": "passport", "documentNumber": "1", "documentUrl": "https://files.test/1"})
            }
            "PATCH /api/partners/{id}/kyc" => json!({"status": "approved", "reason": "fine"}),
            "POST /api/service-tokens" => {
                json!({"id": format!("program-of-{}", things.booking), "name": "Program", "scopes": ["bookings:read"],
                    "organizationId": self.organization})
            }
            "POST /bookings" => {
                json!({"customerId": ann, "service": "Cleaning", "scheduledAt": "2030-01-31T09:30:00Z", "address": "Pot 1",
                    "amount": 24.8, "currency": "EUR", "notes": "second floor"})
            }
            "POST /bookings/reconcile" => json!({"dryRun": false}),
            "PUT /bookings/{id}" | "PATCH /bookings/{id}" => {
                json!({"status": "CANCELLED", "reason": "It rains"})
            }
            "POST /bookings/{id}/assign" => json!({"partnerId": self.pat.id}),
            "POST /bookings/sync-customer"
            | "POST /bookings/{id}/find-and-sync"
            | "POST /bookings/{id}/manual-sync" => {
                json!({"customerId": ann, "assignedStatus": "assigned"})
            }
            _ => stock_body(operation, things),
        }
    }
}

/// The same for what is done to stock.
fn stock_body(operation: &str, things: &Things) -> Value {
    let Things { product, order, .. } = things;
    let variants = json!([{"size": "M", "colorVariants": [{"color": "Red", "stock": 9}]}]);
    match operation {
        "POST /api/products" => {
            json!({"_id": format!("like-{product}"), "title": "Shirt", "description": "Cotton", "price": 24.8,
                "currency": "EUR", "sizeVariants": variants})
        }
        "PUT /api/products/{id}" => {
            json!({"title": "Shirt", "description": "Wool", "price": 24.8, "currency": "EUR", "sizeVariants": variants})
        }
        "POST /api/products/{id}/stock/adjust" => {
            json!({"size": "M", "color": "Red", "delta": 1, "reason": "found"})
        }
        "POST /api/stock/validate" | "POST /api/stock/reduce" => json!({"items": items(product)}),
        "POST /api/stock/reserve" => {
            json!({"reservationId": format!("hold-of-{product}"), "items": items(product), "ttlSeconds": 3_600})
        }
        "POST /api/stock/release" => json!({"orderId": order}),
        "POST /api/stock/sync" => json!({"productIds": [product]}),
        "POST /api/socket" => {
            let data = json!({"productId": product, "size": "M", "color": "Red", "stock": 3, "afterOrder": true});
            json!({"event": "STOCK_UPDATED", "data": data})
        }
        _ => panic!("nobody knows what {operation} takes"),
    }
}

/// One unit of a product.
fn items(product: &str) -> Value {
    json!([{"productId": product, "size": "M", "color": "Red", "quantity": 1}])
}

/// The text in a value.
pub(crate) fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("{value} is not a text"))
        .to_owned()
}

/// Somebody who registers.
fn newcomer(things: &Things) -> Value {
    json!({"email": fresh_email(things), "password": PASSWORD, "name": "New", "phone": "1"})
}

fn fresh_email(things: &Things) -> String {
    format!("{}@new.test", things.booking)
}
