//! The table of the contract, written out for every operation.

use crate::harness::Answer;

/// What anybody may ask for.
pub(super) const PUBLIC: [&str; 14] = [
    "GET /healthz",
    "GET /readyz",
    "GET /api/asyncapi.json",
    "GET /api/products",
    "GET /api/products/{id}",
    "GET /api/products/{id}/stock",
    "GET /api/stock/sync",
    "GET /api/socket",
    "POST /api/stock/validate",
    "POST /api/auth/login",
    "POST /api/auth/logout",
    "POST /api/auth/refresh",
    "POST /api/auth/register",
    "POST /api/partners",
];

const READ_NOTIFICATION: &str = "POST /api/notifications/{id}/read";

/// All scopes.
pub(super) const SCOPES: [&str; 5] = [
    "bookings:read",
    "bookings:write",
    "metakocka:sync",
    "metrics:read",
    "stock:write",
];

/// What somebody gets who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Right {
    /// Anything but a refusal: they may do it.
    Passes,
    /// 403.
    Refused,
    /// 404: it is somebody else's, and its existence is not told.
    Hidden,
}

impl Right {
    pub(super) fn expect(self, answer: &Answer, what: &str) {
        let (status, body) = (answer.status, &answer.body);
        match self {
            Self::Refused => {
                assert_eq!(status, 403, "{what}: {body}");
                assert_eq!(body["code"], "forbidden", "{what}");
            }
            Self::Hidden => {
                assert_eq!(status, 404, "{what}: {body}");
                assert_eq!(body["code"], "not_found", "{what}");
            }
            Self::Passes => {
                let is_refused = [403, 404].contains(&status)
                    || (status == 401 && body["error"] == "Authentication required");
                assert!(!is_refused && status < 500, "{what}: {status} {body}");
            }
        }
    }
}

/// One operation on something of Ann's, which Pat is to do.
pub(super) struct Line {
    pub(super) operation: &'static str,
    /// What another customer, Ann, another partner and Pat get: `+` passes, `-` 403, `?` 404.
    people: &'static str,
    /// The scope with which a program passes; `every`: with any token; empty: with none.
    scope: &'static str,
}

/// Whose line it is to be read for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Who {
    /// By column: another customer, Ann, another partner, Pat.
    Person(usize),
    /// With a token of this scope.
    Program(&'static str),
    Admin,
}

impl Line {
    pub(super) fn right(&self, who: Who) -> Right {
        match who {
            // The one thing of others that admins cannot see either.
            Who::Admin if self.operation == READ_NOTIFICATION => Right::Hidden,
            Who::Admin if self.scope == ORGANIZATION => Right::Refused,
            Who::Admin => Right::Passes,
            Who::Program(scope) if [scope, "every"].contains(&self.scope) => Right::Passes,
            Who::Program(_) => Right::Refused,
            Who::Person(column) => match self.people.as_bytes()[column] {
                b'+' => Right::Passes,
                b'-' => Right::Refused,
                b'?' => Right::Hidden,
                other => panic!("{}: {other}", self.operation),
            },
        }
    }
}

const fn line(operation: &'static str, people: &'static str, scope: &'static str) -> Line {
    Line {
        operation,
        people,
        scope,
    }
}

/// The scope of programs that act for an organization, which only its members do besides: admins are none.
const ORGANIZATION: &str = "metakocka:sync";

pub(super) const TABLE: &[Line] = &[
    line("GET /api/directory/locations", "----", ""),
    line("POST /api/directory/locations", "----", ""),
    line("GET /api/directory/locations/{id}", "----", ""),
    line("PATCH /api/directory/locations/{id}", "----", ""),
    line("DELETE /api/directory/locations/{id}", "----", ""),
    line("PUT /api/directory/locations/{id}/schedule", "----", ""),
    line("GET /api/directory/users", "----", ""),
    line("POST /api/directory/users", "----", ""),
    line("GET /api/directory/users/{id}", "----", ""),
    line("PATCH /api/directory/users/{id}", "----", ""),
    line("DELETE /api/directory/users/{id}", "----", ""),
    line("POST /api/user-sync/locations/{id}/check", "----", ""),
    line("POST /api/user-sync/locations/{id}/preview", "----", ""),
    line("POST /api/user-sync/locations/{id}/execute", "----", ""),
    line("GET /api/user-sync/previews/{previewId}", "----", ""),
    line(
        "GET /api/user-sync/previews/{previewId}/{group}",
        "----",
        "",
    ),
    line("GET /api/user-sync/previews/{previewId}/export", "----", ""),
    line("GET /api/user-sync/runs", "----", ""),
    line("GET /api/user-sync/runs/{id}", "----", ""),
    line("GET /api/user-sync/runs/{id}/changes", "----", ""),
    line("GET /api/user-sync/runs/{id}/export", "----", ""),
    line("POST /api/user-sync/runs/{id}/undo", "----", ""),
    line("POST /api/user-sync/sync-all", "----", ""),
    line("GET /healthz", "++++", "every"),
    line("GET /readyz", "++++", "every"),
    line("GET /metrics", "----", "metrics:read"),
    line("POST /api/auth/login", "++++", "every"),
    line("POST /api/auth/logout", "++++", "every"),
    line("POST /api/auth/refresh", "++++", "every"),
    line("POST /api/auth/register", "++++", "every"),
    line("GET /api/auth/me", "++++", ""),
    line("GET /api/accounts", "----", ""),
    line("POST /api/accounts", "----", ""),
    line("PATCH /api/accounts/{id}", "----", ""),
    line("GET /api/service-tokens", "----", ""),
    line("POST /api/service-tokens", "----", ""),
    line("DELETE /api/service-tokens/{id}", "----", ""),
    line("GET /api/organizations", "----", ""),
    line("POST /api/organizations", "----", ""),
    line("GET /api/organizations/{id}/members", "----", ""),
    line("POST /api/organizations/{id}/members", "----", ""),
    line(
        "DELETE /api/organizations/{id}/members/{accountId}",
        "----",
        "",
    ),
    line("GET /api/events", "++++", ""),
    line("GET /api/asyncapi.json", "++++", "every"),
    line("GET /api/messages", "++++", ""),
    line("GET /api/notifications", "++++", ""),
    line(READ_NOTIFICATION, "?+??", ""),
    line("GET /api/stats", "----", ""),
    line("GET /api/partner-locations", "----", ""),
    line("POST /api/partners", "++++", "every"),
    line("GET /api/partners", "----", ""),
    line("GET /api/partners/{id}", "--?+", ""),
    line("POST /api/partners/{id}/kyc", "--?+", ""),
    line("PATCH /api/partners/{id}/kyc", "----", ""),
    line("GET /api/partners/{id}/earnings", "--?+", ""),
    line("GET /api/products", "++++", "every"),
    line("POST /api/products", "----", "stock:write"),
    line("GET /api/products/{id}", "++++", "every"),
    line("PUT /api/products/{id}", "----", "stock:write"),
    line("DELETE /api/products/{id}", "----", "stock:write"),
    line("GET /api/products/{id}/stock", "++++", "every"),
    line(
        "POST /api/products/{id}/stock/adjust",
        "----",
        "stock:write",
    ),
    line("POST /api/stock/validate", "++++", "every"),
    line("POST /api/stock/reduce", "----", "stock:write"),
    line("POST /api/stock/reserve", "----", "stock:write"),
    line("POST /api/stock/release", "----", "stock:write"),
    line("GET /api/stock/sync", "++++", "every"),
    line("POST /api/stock/sync", "----", "stock:write"),
    line("GET /api/stock/movements", "----", "stock:write"),
    line("GET /api/stock/verify", "----", ""),
    line("GET /api/stock/export", "----", ""),
    line("POST /api/stock/import", "----", ""),
    line("GET /api/socket", "++++", "every"),
    line("POST /api/socket", "----", "stock:write"),
    line("GET /bookings", "++++", "bookings:read"),
    line("POST /bookings", "-+--", "bookings:write"),
    line("GET /bookings/{id}", "?+?+", "bookings:read"),
    line("PUT /bookings/{id}", "?+?+", "bookings:write"),
    line("PATCH /bookings/{id}", "?+?+", "bookings:write"),
    line("DELETE /bookings/{id}", "----", "bookings:write"),
    line("POST /bookings/{id}/assign", "----", "bookings:write"),
    line("POST /bookings/{id}/manual-sync", "----", "bookings:write"),
    line(
        "POST /bookings/{id}/find-and-sync",
        "----",
        "bookings:write",
    ),
    line(
        "GET /bookings/{id}/manual-sync-status",
        "?+?+",
        "bookings:read",
    ),
    line("GET /bookings/{id}/sync-history", "?+?+", "bookings:read"),
    line("POST /bookings/sync-customer", "----", "bookings:write"),
    line("POST /bookings/reconcile", "----", "bookings:write"),
    line("GET /bookings/sync-drift", "----", "bookings:read"),
    line("GET /users/{userId}/bookings", "?+--", "bookings:read"),
    line(
        "GET /users/{userId}/bookings/{bookingId}",
        "?+--",
        "bookings:read",
    ),
    line("GET /api/sales-documents", "-+--", ORGANIZATION),
    line("POST /api/sales-documents", "-+--", ORGANIZATION),
    line("GET /api/sales-documents/{id}", "-+--", ORGANIZATION),
    line("PUT /api/sales-documents/{id}", "-+--", ORGANIZATION),
    line("DELETE /api/sales-documents/{id}", "-+--", ORGANIZATION),
    line(
        "GET /api/integrations/metakocka/credentials",
        "-+--",
        ORGANIZATION,
    ),
    line(
        "PUT /api/integrations/metakocka/credentials",
        "-+--",
        ORGANIZATION,
    ),
    line(
        "DELETE /api/integrations/metakocka/credentials",
        "-+--",
        ORGANIZATION,
    ),
    line(
        "POST /api/integrations/metakocka/credentials/test",
        "-+--",
        ORGANIZATION,
    ),
    line(
        "GET /api/integrations/metakocka/sales-documents/sync",
        "-+--",
        ORGANIZATION,
    ),
    line(
        "POST /api/integrations/metakocka/sales-documents/sync",
        "-+--",
        ORGANIZATION,
    ),
    line(
        "GET /api/integrations/metakocka/sales-documents/sync-from-metakocka",
        "-+--",
        ORGANIZATION,
    ),
    line(
        "POST /api/integrations/metakocka/sales-documents/sync-from-metakocka",
        "-+--",
        ORGANIZATION,
    ),
    line(
        "GET /api/integrations/metakocka/runs/{id}",
        "-+--",
        ORGANIZATION,
    ),
    line(
        "GET /api/integrations/metakocka/conflicts/{documentId}",
        "-+--",
        ORGANIZATION,
    ),
    line(
        "POST /api/integrations/metakocka/conflicts/{documentId}",
        "-+--",
        ORGANIZATION,
    ),
    line(
        "GET /api/integrations/metakocka/errors",
        "-+--",
        ORGANIZATION,
    ),
    line(
        "POST /api/integrations/metakocka/errors/retry",
        "-+--",
        ORGANIZATION,
    ),
    line(
        "POST /api/integrations/metakocka/errors/{documentId}/retry",
        "-+--",
        ORGANIZATION,
    ),
    line(
        "GET /api/integrations/metakocka/history",
        "-+--",
        ORGANIZATION,
    ),
    line(
        "GET /api/integrations/metakocka/reconciliation",
        "-+--",
        ORGANIZATION,
    ),
    line(
        "GET /api/integrations/metakocka/import-schedule",
        "-+--",
        ORGANIZATION,
    ),
    line(
        "POST /api/integrations/metakocka/import-schedule",
        "-+--",
        ORGANIZATION,
    ),
];
