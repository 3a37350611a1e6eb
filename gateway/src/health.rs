//! Whether the gateway lives, whether it can serve, and how it does.

mod redis;

use std::{sync::Arc, time::Duration};

use api_error::{ApiError, Code, ErrorBody, Json};
use auth::{MetricsRead, Scoped};
use axum::{
    extract::State,
    http::{HeaderName, header},
};
use clock::Clock;
use database::{Database, StorageError};
use metrics_exporter_prometheus::PrometheusHandle;
use outbox::Tail;
use serde::Serialize;
use tokio::time::timeout;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::config::RedisUrl;

/// How long a part has to answer before it counts as failing.
const PATIENCE: Duration = Duration::from_secs(1);
const PROMETHEUS_TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What is asked when somebody asks how the gateway does.
#[derive(Clone)]
pub(crate) struct Health {
    pub(crate) database: Database,
    pub(crate) redis: Option<RedisUrl>,
    pub(crate) tail: Arc<Tail>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) metrics: PrometheusHandle,
}

/// `/healthz`, `/readyz` and `/metrics`.
pub(crate) fn router(health: Health) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(alive))
        .routes(routes!(ready))
        .routes(routes!(metrics))
        .with_state(health)
}

/// All is well.
#[derive(Debug, Serialize, ToSchema)]
struct Status {
    /// `ok`.
    #[schema(value_type = String)]
    status: &'static str,
}

const OK: Json<Status> = Json(Status { status: "ok" });

/// Whether the process runs.
#[utoipa::path(get, path = "/healthz", tag = "operations", responses((status = 200, body = Status)))]
async fn alive() -> Json<Status> {
    OK
}

/// Whether the gateway can serve: the database answers within a second, and Redis where one is configured.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "operations",
    responses(
        (status = 200, body = Status),
        (status = 503, description = "With `status: \"unavailable\"` and the names of what is `failing`", body = ErrorBody),
    )
)]
async fn ready(State(health): State<Health>) -> Result<Json<Status>, ApiError> {
    let (database, redis) = tokio::join!(health.database_answers(), health.redis_answers());
    let parts = [("database", database), ("redis", redis)];
    let failing: Vec<_> = parts
        .into_iter()
        .filter(|(_, answers)| !answers)
        .map(|(name, _)| name)
        .collect();
    if failing.is_empty() {
        return Ok(OK);
    }
    let refusal = ApiError::unavailable(Failing(failing.join(", ")));
    Err(refusal
        .with("status", Code::Unavailable.as_str())
        .with("failing", failing))
}

/// Parts that do not answer.
#[derive(Debug, thiserror::Error)]
#[error("not ready: {0}")]
struct Failing(String);

/// Metrics in the text format of Prometheus.
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "operations",
    security(("bearer" = [])),
    responses(
        (status = 200, body = String, content_type = "text/plain"),
        (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody),
    )
)]
async fn metrics(
    _: Scoped<MetricsRead>,
    State(health): State<Health>,
) -> ([(HeaderName, &'static str); 1], String) {
    health.measure().await;
    (
        [(header::CONTENT_TYPE, PROMETHEUS_TEXT)],
        health.metrics.render(),
    )
}

impl Health {
    async fn database_answers(&self) -> bool {
        matches!(timeout(PATIENCE, self.database.ping()).await, Ok(Ok(())))
    }

    async fn redis_answers(&self) -> bool {
        match &self.redis {
            Some(url) => matches!(timeout(PATIENCE, redis::ping(url)).await, Ok(Ok(()))),
            None => true,
        }
    }

    /// Reads what is not counted as it happens. What cannot be read keeps its last value.
    async fn measure(&self) {
        let pool = self.database.pool_status();
        metrics::gauge!("database_connections", "state" => "idle").set(pool.idle);
        metrics::gauge!("database_connections", "state" => "used")
            .set(pool.open.saturating_sub(pool.idle));
        metrics::gauge!("database_connections_limit").set(pool.limit);
        match timeout(PATIENCE, self.lag()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the outbox lag cannot be read"),
            Err(_) => tracing::warn!("the outbox lag cannot be read in time"),
        }
    }

    async fn lag(&self) -> Result<(), StorageError> {
        let lag = self.tail.lag(self.clock.now()).await?;
        let events = u32::try_from(lag.events).unwrap_or(u32::MAX);
        metrics::gauge!("outbox_lag_events").set(events);
        metrics::gauge!("outbox_lag_seconds").set(lag.seconds);
        Ok(())
    }
}
