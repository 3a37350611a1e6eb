use api_error::{ApiError, ErrorBody, Json, Query};
use axum::extract::State;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validation::{AmountJson, Violations};

use super::{acting::Acting, form};
use crate::service::{Metakocka, Reconciliation, ReconciliationDay, Side, Unequal};

/// Days in a report, at most.
const MOST_DAYS: i64 = 366;

/// Which days, both included.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ReconciliationQuery {
    /// `YYYY-MM-DD`.
    from: Option<String>,
    /// `YYYY-MM-DD`.
    to: Option<String>,
}

impl ReconciliationQuery {
    fn days(&self) -> Result<(NaiveDate, NaiveDate), Violations> {
        let mut violations = Violations::default();
        let mut day = |field: &str, text: &Option<String>| {
            let text = text.as_deref().unwrap_or_default();
            form::day(&mut violations, field, text)
        };
        let (from, to) = (day("from", &self.from), day("to", &self.to));
        let (from, to) = violations.finish(|| from.zip(to))?;
        if !(0..MOST_DAYS).contains(&(to - from).num_days()) {
            let error = format!("must be from the day of from on, {MOST_DAYS} days at most");
            return Err(Violations::one("to", error));
        }
        Ok((from, to))
    }
}

/// What both sides have, and where they differ.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Reconciliation)]
pub(super) struct ReconciliationJson {
    #[schema(value_type = String, format = Date)]
    from: NaiveDate,
    #[schema(value_type = String, format = Date)]
    to: NaiveDate,
    days: Vec<DayJson>,
    differences: Vec<UnequalJson>,
}

/// A day.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReconciliationDay)]
pub(super) struct DayJson {
    #[schema(value_type = String, format = Date)]
    date: NaiveDate,
    crm: SideJson,
    metakocka: SideJson,
}

/// One side of a day.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReconciliationSide)]
pub(super) struct SideJson {
    count: u64,
    /// Gross, whatever the currency.
    #[schema(value_type = f64)]
    total: AmountJson,
}

/// A document that is not the same on both sides.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ReconciliationDifference)]
pub(super) struct UnequalJson {
    #[schema(value_type = String, format = Date)]
    date: NaiveDate,
    document_type: &'static str,
    number: Option<String>,
    document_id: Option<String>,
    metakocka_id: Option<String>,
    #[schema(value_type = Option<f64>)]
    crm_total: Option<AmountJson>,
    #[schema(value_type = Option<f64>)]
    metakocka_total: Option<AmountJson>,
    /// `missing_in_metakocka`, `missing_in_crm`, `total_differs` or `date_differs`.
    reason: &'static str,
}

impl From<Side> for SideJson {
    fn from(side: Side) -> Self {
        Self {
            count: side.count,
            total: side.total.into(),
        }
    }
}

impl From<ReconciliationDay> for DayJson {
    fn from(day: ReconciliationDay) -> Self {
        Self {
            date: day.date,
            crm: day.crm.into(),
            metakocka: day.metakocka.into(),
        }
    }
}

impl From<Unequal> for UnequalJson {
    fn from(one: Unequal) -> Self {
        Self {
            date: one.date,
            document_type: one.document_type.as_str(),
            number: one.number,
            document_id: one.document.map(|id| id.to_string()),
            metakocka_id: one.metakocka_id,
            crm_total: one.crm_total.map(Into::into),
            metakocka_total: one.metakocka_total.map(Into::into),
            reason: one.reason,
        }
    }
}

/// By day and side: how many documents, what they come to, and the very documents that differ.
#[utoipa::path(get, path = "/api/integrations/metakocka/reconciliation", operation_id = "reconcile_metakocka", tag = "metakocka",
    params(ReconciliationQuery), security(("bearer" = [])),
    responses((status = 200, body = ReconciliationJson), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 409, body = ErrorBody), (status = 502, body = ErrorBody),
        (status = 504, body = ErrorBody)))]
pub(super) async fn reconcile(
    State(metakocka): State<Metakocka>,
    Acting(scope): Acting,
    Query(query): Query<ReconciliationQuery>,
) -> Result<Json<ReconciliationJson>, ApiError> {
    let (from, to) = query.days()?;
    let Reconciliation { days, differences } = metakocka.reconcile(&scope, (from, to)).await?;
    Ok(Json(ReconciliationJson {
        from,
        to,
        days: days.into_iter().map(DayJson::from).collect(),
        differences: differences.into_iter().map(UnequalJson::from).collect(),
    }))
}
