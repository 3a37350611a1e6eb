//! The tables of the contract, by hand, against the document that is made from the types.

use std::collections::BTreeSet;

use serde_json::Value;

/// What is sent, where, and the fields that the contract names.
const SENT: &[(&str, &[&str], &[&str])] = &[
    (
        "booking:status_updated",
        &["customer"],
        &["bookingId", "status", "assignedStatus", "message"],
    ),
    ("partner:assigned", &["customer"], &["bookingId", "partner"]),
    (
        "partner:location_update",
        &["customer"],
        &["bookingId", "location", "timestamp"],
    ),
    (
        "booking:new_request",
        &["partner"],
        &[
            "bookingId",
            "bookingNumber",
            "service",
            "scheduledAt",
            "address",
            "amount",
        ],
    ),
    (
        "booking:cancelled",
        &["customer", "partner"],
        &["bookingId", "reason", "cancelledBy"],
    ),
    (
        "earnings:updated",
        &["partner"],
        &["partnerId", "bookingId", "amount", "currency", "total"],
    ),
    (
        "message:received",
        &["admin", "customer", "partner"],
        &["id", "senderId", "message", "bookingId", "createdAt"],
    ),
    (
        "message:sent",
        &["admin", "customer", "partner"],
        &["id", "createdAt"],
    ),
    (
        "message:read",
        &["admin", "customer", "partner"],
        &["id", "readAt"],
    ),
    (
        "typing:indicator",
        &["admin", "customer", "partner"],
        &["userId", "typing"],
    ),
    (
        "notification:new",
        &["admin", "customer", "partner"],
        &["id", "type", "title", "body", "data", "createdAt"],
    ),
    (
        "dashboard:stats_update",
        &["admin"],
        &[
            "bookings",
            "customers",
            "partners",
            "activePartners",
            "onlineCustomers",
            "onlinePartners",
            "pendingKyc",
            "revenue",
            "stock",
            "updatedAt",
        ],
    ),
    ("booking:created", &["admin"], &[]),
    ("booking:updated", &["admin"], &[]),
    ("partner:registered", &["admin"], &[]),
    ("kyc:submitted", &["admin"], &[]),
    ("user-sync:progress", &["admin"], &[]),
    ("metakocka:progress", &["admin"], &[]),
    (
        "STOCK_UPDATED",
        &["stock"],
        &[
            "productId",
            "size",
            "color",
            "stock",
            "timestamp",
            "afterOrder",
        ],
    ),
    (
        "STOCK_REDUCED",
        &["stock"],
        &[
            "productId",
            "size",
            "color",
            "stock",
            "timestamp",
            "afterOrder",
        ],
    ),
    (
        "STOCK_VALIDATED",
        &["stock"],
        &[
            "productId",
            "size",
            "color",
            "stock",
            "timestamp",
            "afterOrder",
        ],
    ),
    (
        "error",
        &["admin", "customer", "partner", "stock"],
        &["message", "code", "event"],
    ),
];

const RECEIVED: &[(&str, &[&str])] = &[
    ("auth:refresh", &["admin", "customer", "partner"]),
    ("booking:track", &["customer"]),
    ("booking:untrack", &["customer"]),
    ("booking:cancel", &["customer"]),
    ("booking:accept", &["partner"]),
    ("booking:reject", &["partner"]),
    ("booking:status_update", &["partner"]),
    ("location:update", &["partner"]),
    ("request:stats", &["admin"]),
    ("monitor:bookings", &["admin"]),
    ("message:send", &["admin", "customer", "partner"]),
    ("message:mark_read", &["admin", "customer", "partner"]),
    ("typing:start", &["admin", "customer", "partner"]),
    ("typing:stop", &["admin", "customer", "partner"]),
    ("stock:subscribe", &["stock"]),
];

/// Those that are told now or never.
const EPHEMERAL: &[&str] = &[
    "partner:location_update",
    "typing:indicator",
    "dashboard:stats_update",
    "user-sync:progress",
    "metakocka:progress",
    "STOCK_UPDATED",
    "STOCK_REDUCED",
    "STOCK_VALIDATED",
    "error",
];

/// `place event` of every operation with this action.
fn operations(document: &Value, action: &str) -> BTreeSet<String> {
    let operations = document["operations"].as_object().unwrap();
    let named = operations
        .iter()
        .filter(|(_, operation)| operation["action"] == action);
    named.map(|(name, _)| name.replacen('.', " ", 1)).collect()
}

fn expected<'a>(events: impl Iterator<Item = (&'a str, &'a [&'a str])>) -> BTreeSet<String> {
    events
        .flat_map(|(event, places)| places.iter().map(move |place| format!("{place} {event}")))
        .collect()
}

/// The schema behind a reference.
fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(reference) => document.pointer(&reference[1..]).unwrap(),
        None => schema,
    }
}

#[test]
fn the_document_has_the_events_of_the_contract_and_no_others() {
    let document = realtime::asyncapi();
    assert_eq!(document["asyncapi"], "3.0.0");
    let sent = SENT.iter().map(|(event, places, _)| (*event, *places));
    assert_eq!(operations(&document, "send"), expected(sent));
    let received = RECEIVED.iter().map(|(event, places)| (*event, *places));
    assert_eq!(operations(&document, "receive"), expected(received));
}

#[test]
fn payloads_have_the_fields_of_the_contract() {
    let document = realtime::asyncapi();
    for (event, places, fields) in SENT {
        for place in *places {
            let message = &document["channels"][place]["messages"][event];
            let payload = resolved(&document, &message["payload"]);
            for field in *fields {
                assert!(payload["properties"][field].is_object(), "{event}: {field}");
            }
            let is_recorded = !EPHEMERAL.contains(event);
            assert_eq!(message["x-recorded"], is_recorded, "{event}");
            if is_recorded {
                assert!(payload["properties"]["eventId"].is_object(), "{event}");
            }
        }
    }
}

#[test]
fn every_reference_leads_somewhere() {
    let document = realtime::asyncapi();
    let text = document.to_string();
    let references: Vec<_> = text.split("\"$ref\":\"#").skip(1).collect();
    assert!(references.len() > 100);
    for reference in references {
        let pointer = reference.split('"').next().unwrap();
        assert!(document.pointer(pointer).is_some(), "{pointer}");
    }
}
