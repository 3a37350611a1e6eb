//! The `AsyncAPI` document: every event in both directions, with its payload.

pub(crate) mod payloads;

use api_error::Json;
use serde_json::{Map, Value, json};
use utoipa::{PartialSchema, ToSchema};

use self::payloads as p;
use crate::{model::Namespace, socket::ClientEvent};

/// What the gateway sends.
struct ServerEvent {
    name: &'static str,
    namespaces: &'static [Namespace],
    schema: Schema,
    /// Whether it is recorded: it has an `eventId`, and is sent again to whoever missed it.
    is_recorded: bool,
    summary: &'static str,
}

/// The name of a payload's type, its schema, and those that it refers to.
type Schema = fn(&mut Map<String, Value>) -> Value;

/// Puts the schema of `T` into `schemas`; a reference to it.
fn of<T: ToSchema + PartialSchema>(schemas: &mut Map<String, Value>) -> Value {
    let mut all = vec![(T::name().into_owned(), T::schema())];
    T::schemas(&mut all);
    for (name, schema) in all {
        schemas.insert(name, serde_json::to_value(schema).unwrap_or_default());
    }
    json!({"$ref": format!("#/components/schemas/{}", T::name())})
}

/// An id, as the only argument.
fn id(_: &mut Map<String, Value>) -> Value {
    json!({"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[A-Za-z0-9_.:-]+$"})
}

fn nothing(_: &mut Map<String, Value>) -> Value {
    json!({"type": "null"})
}

fn ids(_: &mut Map<String, Value>) -> Value {
    json!({"type": "array", "maxItems": 1000, "items": {"type": "string"}})
}

const CUSTOMER: &[Namespace] = &[Namespace::Customer];
const PARTNER: &[Namespace] = &[Namespace::Partner];
const ADMIN: &[Namespace] = &[Namespace::Admin];
const STOCK: &[Namespace] = &[Namespace::Stock];
const BOTH: &[Namespace] = &[Namespace::Customer, Namespace::Partner];
const ALL: &[Namespace] = &[Namespace::Customer, Namespace::Partner, Namespace::Admin];
const EVERYWHERE: &[Namespace] = &Namespace::ALL;

const fn recorded(
    name: &'static str,
    namespaces: &'static [Namespace],
    schema: Schema,
    summary: &'static str,
) -> ServerEvent {
    ServerEvent {
        name,
        namespaces,
        schema,
        is_recorded: true,
        summary,
    }
}

const fn ephemeral(
    name: &'static str,
    namespaces: &'static [Namespace],
    schema: Schema,
    summary: &'static str,
) -> ServerEvent {
    ServerEvent {
        name,
        namespaces,
        schema,
        is_recorded: false,
        summary,
    }
}

const SERVER_EVENTS: &[ServerEvent] = &[
    recorded(
        "booking:status_updated",
        CUSTOMER,
        of::<p::StatusUpdated>,
        "The status of an own booking changed",
    ),
    recorded(
        "partner:assigned",
        CUSTOMER,
        of::<p::PartnerAssigned>,
        "A partner was assigned",
    ),
    ephemeral(
        "partner:location_update",
        CUSTOMER,
        of::<p::LocationUpdated>,
        "Where the partner of a tracked booking is; the latest wins",
    ),
    recorded(
        "booking:new_request",
        PARTNER,
        of::<p::NewRequest>,
        "A booking was assigned",
    ),
    recorded(
        "booking:cancelled",
        BOTH,
        of::<p::Cancelled>,
        "A booking is off, or somebody else's now",
    ),
    recorded(
        "earnings:updated",
        PARTNER,
        of::<p::EarningsUpdated>,
        "A booking was completed",
    ),
    recorded(
        "message:received",
        ALL,
        of::<p::MessageReceived>,
        "Somebody wrote",
    ),
    recorded(
        "message:sent",
        ALL,
        of::<p::MessageSent>,
        "An own message was kept",
    ),
    recorded(
        "message:read",
        ALL,
        of::<p::MessageRead>,
        "An own message was read",
    ),
    ephemeral(
        "typing:indicator",
        ALL,
        of::<p::Typing>,
        "Somebody is typing, or stopped",
    ),
    recorded(
        "notification:new",
        ALL,
        of::<p::NotificationNew>,
        "Somebody is needed",
    ),
    ephemeral(
        "dashboard:stats_update",
        ADMIN,
        of::<p::Stats>,
        "The figures, to admins who asked, at most once a second",
    ),
    recorded(
        "booking:created",
        ADMIN,
        of::<p::BookingCreated>,
        "To admins who monitor bookings",
    ),
    recorded(
        "booking:updated",
        ADMIN,
        of::<p::BookingUpdated>,
        "To admins who monitor bookings",
    ),
    recorded(
        "partner:registered",
        ADMIN,
        of::<p::PartnerRegistered>,
        "Somebody registered as a partner",
    ),
    recorded(
        "kyc:submitted",
        ADMIN,
        of::<p::KycSubmitted>,
        "A partner sent in a document",
    ),
    ephemeral(
        "user-sync:progress",
        ADMIN,
        of::<p::Progress>,
        "How far a sync of users is",
    ),
    ephemeral(
        "metakocka:progress",
        ADMIN,
        of::<p::Progress>,
        "How far a sync with Metakocka is",
    ),
    ephemeral(
        "STOCK_UPDATED",
        STOCK,
        of::<p::Stock>,
        "Stock, or what is free of it, is another",
    ),
    ephemeral(
        "STOCK_REDUCED",
        STOCK,
        of::<p::Stock>,
        "An order took units",
    ),
    ephemeral(
        "STOCK_VALIDATED",
        STOCK,
        of::<p::Stock>,
        "Somebody asked before a checkout",
    ),
    ephemeral(
        "error",
        EVERYWHERE,
        of::<p::Failure>,
        "An event without an ack failed, or the connection ends",
    ),
];

impl ClientEvent {
    fn schema(self) -> Schema {
        match self {
            Self::AuthRefresh => of::<p::AuthRefresh>,
            Self::BookingTrack
            | Self::BookingUntrack
            | Self::BookingAccept
            | Self::MessageMarkRead
            | Self::TypingStart
            | Self::TypingStop => id,
            Self::BookingCancel | Self::BookingReject => of::<p::BookingReason>,
            Self::BookingStatusUpdate => of::<p::BookingStatus>,
            Self::LocationUpdate => of::<p::Place>,
            Self::RequestStats | Self::MonitorBookings => nothing,
            Self::MessageSend => of::<p::MessageSend>,
            Self::StockSubscribe => ids,
        }
    }
}

/// The whole document.
pub fn document() -> Value {
    let mut schemas = Map::new();
    let mut channels = Map::new();
    let mut operations = Map::new();
    for namespace in Namespace::ALL {
        let (place, mut messages) = (place(namespace), Map::new());
        for event in SERVER_EVENTS
            .iter()
            .filter(|one| one.namespaces.contains(&namespace))
        {
            let payload = (event.schema)(&mut schemas);
            let message = json!({"name": event.name, "summary": event.summary, "payload": payload,
                "x-recorded": event.is_recorded});
            messages.insert(event.name.to_owned(), message);
            operations.insert(
                format!("{place}.{}", event.name),
                operation("send", place, event.name),
            );
        }
        for event in ClientEvent::ALL
            .iter()
            .filter(|one| one.namespaces().contains(&namespace))
        {
            let name = event.as_str();
            let payload = (event.schema())(&mut schemas);
            let ack = of::<p::Acknowledgement>(&mut schemas);
            let message = json!({"name": name, "payload": payload, "x-ack": ack});
            messages.insert(name.to_owned(), message);
            operations.insert(format!("{place}.{name}"), operation("receive", place, name));
        }
        let address = namespace.as_str();
        let channel = json!({"address": address, "title": format!("Socket.IO namespace {address}"), "messages": messages});
        channels.insert(place.to_owned(), channel);
    }
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Lockstep events",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Socket.IO protocol 5 under /socket.io, websocket and long-polling. Sign in with `auth: {token}`; \
                with `auth: {token, lastEventId}` missed events come first. Payloads of recorded events carry `eventId`.",
        },
        "servers": {"gateway": {"host": "localhost:3000", "pathname": "/socket.io", "protocol": "socketio"}},
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": {"schemas": schemas},
    })
}

fn place(namespace: Namespace) -> &'static str {
    match namespace {
        Namespace::Stock => "stock",
        Namespace::Customer => "customer",
        Namespace::Partner => "partner",
        Namespace::Admin => "admin",
    }
}

/// What the gateway does: `send` or `receive`.
fn operation(action: &str, place: &str, event: &str) -> Value {
    let message = format!("#/channels/{place}/messages/{event}");
    json!({"action": action, "channel": {"$ref": format!("#/channels/{place}")}, "messages": [{"$ref": message}]})
}

/// Every event of Socket.IO, as `AsyncAPI` 3.
#[utoipa::path(get, path = "/api/asyncapi.json", operation_id = "show_asyncapi", tag = "events",
    responses((status = 200, description = "The document", body = Object)))]
pub(super) async fn show() -> Json<Value> {
    Json(document())
}
