use std::collections::BTreeMap;

use serde_json::{Value, json};
use test_support::TestDatabase;
use tokio::time::timeout;

use super::directory::{Directory, VARIABLES};
use crate::harness::{Client, House, PASSWORD, PATIENCE, Person};

/// A company with two customers, two partners and something of everything, which are Ann's and Pat's.
pub(crate) struct Site {
    pub(crate) house: House,
    pub(crate) ann: Person,
    pub(crate) carl: Person,
    pub(crate) pat: Person,
    pub(crate) paul: Person,
    pub(crate) organization: String,
    directory: Directory,
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
    /// One of Ann's notifications.
    pub(crate) notification: String,
    /// A sales document of Ann's organization, and a run of syncs.
    pub(crate) document: String,
    pub(crate) run: String,
}

impl Site {
    pub(crate) async fn build(database: TestDatabase) -> Self {
        let house = House::open_with(database, &VARIABLES).await;
        let (ann, carl) = (house.customer("ann").await, house.customer("carl").await);
        let (pat, paul) = (house.partner("pat").await, house.partner("paul").await);
        let request = json!({"name": "Obala"});
        let organization = house.admin.post("/api/organizations", &request).await;
        let organization = text(&organization.is(201)["id"]);
        let members = format!("/api/organizations/{organization}/members");
        let member = json!({"accountId": ann.id, "role": "member"});
        house.admin.post(&members, &member).await.is(201);
        let directory = Directory::build(&house.admin).await;
        Self {
            house,
            ann,
            carl,
            pat,
            paul,
            organization,
            directory,
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
        let (document, run) = self.synced().await;
        Things {
            booking: text(&booking["id"]),
            product,
            order,
            notification: self.notification().await,
            document,
            run,
            token: text(&token["id"]),
            account: self.carl.id.clone(),
        }
    }

    /// A sales document that nothing was done with yet, and a run that has ended.
    async fn synced(&self) -> (String, String) {
        let sql = &self.house.sql;
        sql.execute("DELETE FROM metakocka_credentials").await;
        // Somebody may have been allowed to take her out of it, or to put another in.
        let members = format!("/api/organizations/{}/members", self.organization);
        let member = json!({"accountId": self.ann.id, "role": "member"});
        let enrolled = self.house.admin.post(&members, &member).await;
        assert!([201, 409].contains(&enrolled.status), "{}", enrolled.body);
        let other = format!("{members}/{}", self.paul.id);
        let left = self.house.admin.delete(&other).await;
        assert!([200, 404].contains(&left.status), "{}", left.body);
        let ann = &self.ann.client;
        let document = ann.post("/api/sales-documents", &sales_document()).await;
        let document = text(&document.is(201)["id"]);
        let schedule = json!({"cron": "0 2 * * *", "timezone": "UTC"});
        let path = "/api/integrations/metakocka/import-schedule";
        ann.post(path, &schedule).await.is(200);
        let run = format!("run-of-{document}");
        let insert = format!(
            "INSERT INTO metakocka_runs (id, organization_id, mode, kind, request, status, total, created_at) \
             VALUES ('{run}', '{}', 'live', 'push', '{{}}', 'completed', 0, 0)",
            self.organization
        );
        sql.execute(&insert).await;
        (document, run)
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

    /// One of Ann's notifications. They follow from what was recorded, a moment later.
    async fn notification(&self) -> String {
        let notified = async {
            loop {
                let list = self.ann.client.get("/api/notifications").await.is(200);
                if let Some(id) = list["items"][0]["id"].as_str() {
                    return id.to_owned();
                }
            }
        };
        timeout(PATIENCE, notified).await.unwrap()
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
            path if path.starts_with("/api/notifications/") => {
                [("{id}", &*things.notification)].into()
            }
            path if path.starts_with("/api/organizations/") => [
                ("{id}", &*self.organization),
                ("{accountId}", &*self.ann.id),
            ]
            .into(),
            path if path.starts_with("/api/partners/") => [("{id}", &*self.pat.id)].into(),
            path if path.starts_with("/api/products/") => [("{id}", &*things.product)].into(),
            path if path.starts_with("/api/service-tokens/") => [("{id}", &*things.token)].into(),
            path if path.starts_with("/api/directory/") || path.starts_with("/api/user-sync/") => {
                self.directory.replaced(path)
            }
            path if path.starts_with("/bookings/") => [("{id}", &*things.booking)].into(),
            path if path.starts_with("/api/sales-documents/") => {
                [("{id}", &*things.document)].into()
            }
            path if path.starts_with("/api/integrations/metakocka/") => {
                [("{id}", &*things.run), ("{documentId}", &*things.document)].into()
            }
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
            _ if operation.contains(" /bookings") => self.booking_body(operation),
            _ if operation.contains("/api/directory/") || operation.contains("/api/user-sync/") => {
                self.directory.body(operation, &things.booking)
            }
            _ if operation.contains("/metakocka/") || operation.contains("/sales-documents") => {
                document_body(operation, things)
            }
            _ => stock_body(operation, things),
        }
    }

    fn booking_body(&self, operation: &str) -> Value {
        let ann = &self.ann.id;
        match operation {
            "POST /bookings" => {
                json!({"customerId": ann, "service": "Cleaning", "scheduledAt": "2030-01-31T09:30:00Z", "address": "Pot 1",
                    "amount": 24.8, "currency": "EUR", "notes": "second floor"})
            }
            "POST /bookings/reconcile" => json!({"dryRun": false}),
            "PUT /bookings/{id}" | "PATCH /bookings/{id}" => {
                json!({"status": "CANCELLED", "reason": "It rains"})
            }
            "POST /bookings/{id}/assign" => json!({"partnerId": self.pat.id}),
            _ => json!({"customerId": ann, "assignedStatus": "assigned"}),
        }
    }
}

/// A sales document with all its fields but an id.
fn sales_document() -> Value {
    let customer = json!({"name": "Ana Novak", "street": "Trg 1", "postCode": "1000", "city": "Ljubljana", "country": "SI",
        "taxNumber": "SI1", "email": "a@b.test", "phone": "1", "isCompany": false});
    let line = json!({"code": "ART-1", "name": "Art", "unit": "kos", "quantity": 2, "unitPrice": 10, "discountPercent": 5,
        "taxCode": "220", "taxPercent": 22});
    json!({"documentType": "order", "documentNumber": "PP-1", "customer": customer, "lines": [line], "currency": "EUR",
        "documentDate": "2030-01-31", "dueDate": "2030-02-28", "notes": "second floor", "warehouse": "glavno",
        "deliveryType": "gls", "status": "open"})
}

/// The same for what is done to sales documents.
fn document_body(operation: &str, things: &Things) -> Value {
    let Things { document, .. } = things;
    let operation = operation.replace("/api/integrations/metakocka", "");
    match &*operation {
        "POST /api/sales-documents" => {
            let mut whole = sales_document();
            whole["id"] = json!(format!("like-{document}"));
            whole
        }
        "PUT /api/sales-documents/{id}" => sales_document(),
        "PUT /credentials" => {
            json!({"companyId": "16", "secretKey": "a key of the company", "baseUrl": "https://own.test",
                "taxCodes": {"0": "000"}})
        }
        "POST /sales-documents/sync" => json!({"documentId": document}),
        "POST /sales-documents/sync-from-metakocka" => {
            json!({"metakockaId": "1", "documentType": "order"})
        }
        "POST /conflicts/{documentId}" => json!({"keep": "crm"}),
        "POST /errors/retry" => json!({"documentIds": [document]}),
        "POST /import-schedule" => json!({"cron": "0 2 * * *", "timezone": "UTC"}),
        _ => panic!("nobody knows what {operation} takes"),
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
