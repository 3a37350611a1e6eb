//! How a client joins a namespace.

use std::sync::Arc;

use api_error::ApiError;
use auth::{AccountId, AuthError, Identity, Role};
use chrono::{DateTime, Utc};
use engineioxide::DisconnectReason;
use serde_json::{Map, Value, json};

use super::{connection::Connection, limit::Allowance, packet, server::Server, session::Session};
use crate::model::Namespace;

/// Who somebody is, and until when that is known.
pub(super) struct Identified {
    pub(super) account: (AccountId, Role),
    pub(super) expires_at: Option<DateTime<Utc>>,
}

impl Server {
    /// Lets a client into a namespace, or says why not.
    pub(super) async fn connect(&self, connection: &Arc<Connection>, path: &str, auth: &str) {
        let Some(namespace) = Namespace::parse(path) else {
            let refusal = packet::refused(path, "Invalid namespace", &json!({"code": "not_found"}));
            connection.control(&refusal);
            return;
        };
        if connection.session(namespace).is_some() {
            return;
        }
        match self.admitted(namespace, auth).await {
            Ok((identified, last_event)) => {
                self.welcome(connection, namespace, identified, last_event);
            }
            // Nobody's mistake: a client whose connection ends tries again by itself, one that is refused does not.
            Err(error) if error.status().is_server_error() => {
                report(&error);
                connection.end(DisconnectReason::TransportClose);
            }
            Err(error) => {
                let data = json!({"code": error.code()});
                connection.control(&packet::refused(path, error.sentence(), &data));
            }
        }
    }

    /// Who comes, and the last event that they have.
    async fn admitted(
        &self,
        namespace: Namespace,
        auth: &str,
    ) -> Result<(Option<Identified>, Option<i64>), ApiError> {
        let Some(wanted) = namespace.role() else {
            return Ok((None, None));
        };
        let auth: Map<String, Value> = serde_json::from_str(auth).unwrap_or_default();
        let token = auth
            .get("token")
            .and_then(Value::as_str)
            .unwrap_or_default();
        if token.is_empty() {
            return Err(ApiError::unauthenticated("Authentication required"));
        }
        let identity = self.identify(token).await?;
        let path = namespace.as_str();
        let forbidden = |role| ApiError::forbidden(format!("Role {role} may not use {path}"));
        let identified = identity.ok_or_else(|| forbidden("service"))?;
        let role = identified.account.1;
        if role != wanted {
            return Err(forbidden(role.as_str()));
        }
        let last_event = self.last_event(auth.get("lastEventId")).await?;
        Ok((Some(identified), last_event))
    }

    /// Who `token` stands for; `None` for a program.
    pub(super) async fn identify(&self, token: &str) -> Result<Option<Identified>, ApiError> {
        let authenticated = self.authenticator.authenticate(token).await;
        let caller = authenticated.map_err(|error| match error {
            AuthError::Unavailable(_) => ApiError::unavailable(error),
            AuthError::Invalid | AuthError::Expired => ApiError::unauthenticated(error.to_string()),
        })?;
        let expires_at = self.authenticator.expires_at(token);
        match &caller.identity {
            Identity::Service { .. } => Ok(None),
            Identity::Account { id, role } => Ok(Some(Identified {
                account: (id.clone(), *role),
                expires_at: expires_at.and_then(|at| DateTime::from_timestamp(at, 0)),
            })),
        }
    }

    /// The cursor of a client. One that lies beyond the end of everything is of another database; it would keep the
    /// client from hearing anything.
    async fn last_event(&self, given: Option<&Value>) -> Result<Option<i64>, ApiError> {
        let Some(given) = given.filter(|given| !given.is_null()) else {
            return Ok(None);
        };
        let parsed = given.as_u64().and_then(|id| i64::try_from(id).ok());
        let id = parsed.ok_or_else(|| {
            ApiError::new(
                api_error::Code::InvalidRequest,
                "lastEventId must be a whole number",
            )
        })?;
        if id <= self.hub.heard() {
            return Ok(Some(id));
        }
        let last = outbox::last_id(&self.database).await;
        Ok(Some(id.min(last.map_err(ApiError::unavailable)?)))
    }

    fn welcome(
        &self,
        connection: &Arc<Connection>,
        namespace: Namespace,
        identified: Option<Identified>,
        last_event: Option<i64>,
    ) {
        let (account, expires_at) = match identified {
            Some(identified) => (Some(identified.account), identified.expires_at),
            None => (None, None),
        };
        let allowance = Allowance::new(self.rate, self.clock.now());
        let who = (namespace, account);
        let session = Session::new(who, Arc::clone(connection), expires_at, allowance);
        connection.sessions().push(Arc::clone(&session));
        self.hub.add(&session, last_event);
        let welcome = packet::connected(namespace, &format!("{}-{}", connection.id, session.key));
        session.control(&welcome);
        if connection.is_closed() {
            // It went while we looked it up, and nobody else would let go of it.
            connection.remove(namespace);
            return self.hub.remove(&session);
        }
        self.hub.catch_up(&session);
    }
}

/// Logs what lies behind a failure of ours.
pub(super) fn report(error: &ApiError) {
    if error.status().is_server_error() {
        let cause = error.cause();
        tracing::error!(code = error.code(), cause, "a socket could not be served");
    }
}
