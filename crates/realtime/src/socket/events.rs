//! The events of clients: who may send which, and what is answered.

mod admin;
mod customer;
mod partner;
mod payload;
mod shop;
mod talk;

use std::sync::Arc;

use api_error::{ApiError, Code};
use serde_json::{Map, Value, json};
use validation::Violations;

use super::{
    connection::Connection,
    handshake::report,
    packet::{self, Incoming},
    server::Server,
    session::Session,
};
use crate::{metrics, model::Namespace};

/// What is answered beside `ok`.
type Answer = Result<Map<String, Value>, ApiError>;

macro_rules! client_events {
    ($($event:ident $name:literal [$($namespace:ident),+]),+ $(,)?) => {
        /// What clients send.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum ClientEvent {
            $($event,)+
        }

        impl ClientEvent {
            /// All of them.
            pub(crate) const ALL: &[Self] = &[$(Self::$event,)+];

            /// Its name.
            pub(crate) fn as_str(self) -> &'static str {
                match self {
                    $(Self::$event => $name,)+
                }
            }

            /// Where it may be sent.
            pub(crate) fn namespaces(self) -> &'static [Namespace] {
                match self {
                    $(Self::$event => &[$(Namespace::$namespace),+],)+
                }
            }
        }
    };
}

client_events! {
    AuthRefresh "auth:refresh" [Customer, Partner, Admin],
    BookingTrack "booking:track" [Customer],
    BookingUntrack "booking:untrack" [Customer],
    BookingCancel "booking:cancel" [Customer],
    BookingAccept "booking:accept" [Partner],
    BookingReject "booking:reject" [Partner],
    BookingStatusUpdate "booking:status_update" [Partner],
    LocationUpdate "location:update" [Partner],
    RequestStats "request:stats" [Admin],
    MonitorBookings "monitor:bookings" [Admin],
    MessageSend "message:send" [Customer, Partner, Admin],
    MessageMarkRead "message:mark_read" [Customer, Partner, Admin],
    TypingStart "typing:start" [Customer, Partner, Admin],
    TypingStop "typing:stop" [Customer, Partner, Admin],
    StockSubscribe "stock:subscribe" [Stock],
}

impl ClientEvent {
    fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|one| one.as_str() == name)
    }

    /// The event that a client means, if it may send it where it is.
    fn sent_to(name: &str, namespace: Namespace) -> Result<Self, ApiError> {
        let unknown = || {
            ApiError::new(
                Code::InvalidRequest,
                format!("There is no event {name:.100}"),
            )
        };
        let event = Self::parse(name).ok_or_else(unknown)?;
        if event.namespaces().contains(&namespace) {
            return Ok(event);
        }
        let place = namespace.as_str();
        Err(ApiError::forbidden(format!("{name} is not for {place}")))
    }
}

impl Server {
    /// Hears an event and answers.
    pub(super) async fn hear(&self, connection: &Arc<Connection>, incoming: Incoming<'_>) {
        let namespace = Namespace::parse(incoming.namespace);
        let Some(session) = namespace.and_then(|namespace| connection.session(namespace)) else {
            return;
        };
        let mut arguments: Vec<Value> = serde_json::from_str(incoming.json).unwrap_or_default();
        let name = match arguments.first() {
            Some(Value::String(name)) => name.clone(),
            _ => String::new(),
        };
        arguments.drain(..arguments.len().min(1));
        let event = ClientEvent::sent_to(&name, session.namespace);
        let label = event.as_ref().map_or("unknown", |event| event.as_str());
        let outcome = match event {
            Ok(event) => self.obey(&session, event, &arguments).await,
            Err(error) => Err(error),
        };
        metrics::received(label, if outcome.is_ok() { "ok" } else { "refused" });
        answer(&session, (incoming.ack, &name), outcome);
    }

    async fn obey(
        &self,
        session: &Arc<Session>,
        event: ClientEvent,
        arguments: &[Value],
    ) -> Answer {
        use ClientEvent as E;
        let first = arguments.first().unwrap_or(&Value::Null);
        if event == E::StockSubscribe {
            return shop::subscribe(session, first);
        }
        let Some(account) = &session.account else {
            return Err(ApiError::forbidden("Sign in first"));
        };
        match event {
            E::AuthRefresh => self.refresh(session, first).await,
            E::BookingTrack => self.track(session, account, first).await,
            E::BookingUntrack => self.untrack(session, first),
            E::BookingCancel => self.cancel(account, first).await,
            E::BookingAccept => self.accept(account, first).await,
            E::BookingReject => self.reject(account, first).await,
            E::BookingStatusUpdate => self.update_status(account, first).await,
            E::LocationUpdate => self.move_to(account, first),
            E::RequestStats => self.show_stats(session).await,
            E::MonitorBookings => Ok(admin::monitor(session)),
            E::MessageSend => self.send_message(account, first).await,
            E::MessageMarkRead => self.mark_read(account, first).await,
            E::TypingStart => self.typing(account, first, true).await,
            E::TypingStop => self.typing(account, first, false).await,
            E::StockSubscribe => Ok(Map::new()),
        }
    }

    /// Lets a session go on with another token of the same account.
    async fn refresh(&self, session: &Session, payload: &Value) -> Answer {
        let token = payload.get("token").and_then(Value::as_str);
        let token = token.ok_or_else(|| Violations::one("token", "is required"))?;
        let identified = self.identify(token).await?;
        let same = identified.filter(|one| Some(&one.account) == session.account.as_ref());
        let same = same.ok_or_else(|| ApiError::unauthenticated("Invalid token"))?;
        session.state().expires_at = same.expires_at;
        let expires_at = same.expires_at.map(crate::events::rfc3339);
        Ok(object(json!({"expiresAt": expires_at})))
    }
}

/// No event of ours has binary attachments.
pub(super) fn refuse_binary(connection: &Connection, incoming: Incoming<'_>) {
    let namespace = Namespace::parse(incoming.namespace);
    if let Some(session) = namespace.and_then(|namespace| connection.session(namespace)) {
        let refusal = ApiError::new(Code::InvalidRequest, "Binary data is not accepted");
        answer(&session, (incoming.ack, &name_of(incoming)), Err(refusal));
    }
}

/// Refuses an event that is one too many.
pub(super) fn refuse_rate(session: &Session, incoming: Incoming<'_>) {
    let refusal = ApiError::new(Code::RateLimited, "Too many events, try again later");
    answer(session, (incoming.ack, &name_of(incoming)), Err(refusal));
}

/// The name of an event that nobody will hear.
fn name_of(incoming: Incoming<'_>) -> String {
    let arguments: Vec<Value> = serde_json::from_str(incoming.json).unwrap_or_default();
    match arguments.into_iter().next() {
        Some(Value::String(name)) => name,
        _ => String::new(),
    }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

/// Answers with an ack where one is awaited; otherwise a failure is told as the event `error`.
fn answer(session: &Session, (ack, name): (Option<u64>, &str), outcome: Answer) {
    let fields = match outcome {
        Ok(mut fields) => {
            fields.insert("ok".to_owned(), Value::Bool(true));
            fields
        }
        Err(error) => {
            report(&error);
            let Some(_) = ack else {
                let said =
                    json!({"message": error.sentence(), "code": error.code(), "event": name});
                session.tell("error", &said.to_string());
                return;
            };
            let wrong = error.fields().iter();
            let wrong: Vec<_> = wrong
                .map(|one| json!({"field": one.field, "error": one.error}))
                .collect();
            let mut fields = object(json!({
                "ok": false,
                "error": error.sentence(),
                "code": error.code(),
            }));
            if !wrong.is_empty() {
                fields.insert("fields".to_owned(), Value::Array(wrong));
            }
            fields
        }
    };
    if let Some(ack) = ack {
        session.control(&packet::answer(
            session.namespace,
            ack,
            &Value::Object(fields),
        ));
    }
}
