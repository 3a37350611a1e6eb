use api_error::{ApiError, ErrorBody, Json, Listing, PageQuery, Path, Query};
use auth::{AccountId, Admin};
use axum::{extract::State, http::Uri};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validation::{AmountJson, Money, Page, Text, Violations};

use super::{rights::PartnerSelf, wire::Moment};
use crate::{
    model::{BookingId, Earning, KycDecision, KycDocument, KycStatus, Partner},
    service::Partners,
};

/// Which partners.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct PartnersQuery {
    /// `not_submitted`, `pending`, `approved` or `rejected`.
    status: Option<String>,
    /// A text in name, e-mail or phone.
    #[param(max_length = 200)]
    q: Option<String>,
}

/// A partner.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Partner)]
pub(super) struct PartnerJson {
    #[schema(value_type = String)]
    id: AccountId,
    name: String,
    email: String,
    phone: Option<String>,
    services: Vec<String>,
    /// 1 to 5; null while nobody has rated.
    rating: Option<f64>,
    /// The same as `kyc.status`.
    #[schema(value_type = String)]
    status: &'static str,
    kyc: KycJson,
    #[schema(value_type = String, format = DateTime)]
    created_at: Moment,
    #[schema(value_type = String, format = DateTime)]
    updated_at: Moment,
}

/// How far we know that a partner is who they say they are.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Kyc)]
pub(super) struct KycJson {
    /// `not_submitted`, `pending`, `approved` or `rejected`.
    #[schema(value_type = String)]
    status: &'static str,
    document_type: Option<String>,
    document_number: Option<String>,
    document_url: Option<String>,
    /// Why it was rejected.
    reason: Option<String>,
    #[schema(value_type = Option<String>, format = DateTime)]
    submitted_at: Option<Moment>,
    #[schema(value_type = Option<String>, format = DateTime)]
    decided_at: Option<Moment>,
}

impl From<Partner> for PartnerJson {
    fn from(partner: Partner) -> Self {
        let document = partner.kyc_document;
        Self {
            id: partner.id,
            name: partner.name,
            email: partner.email,
            phone: partner.phone,
            services: partner
                .services
                .into_iter()
                .map(Text::into_string)
                .collect(),
            rating: partner.rating,
            status: partner.kyc_status.as_str(),
            kyc: KycJson {
                status: partner.kyc_status.as_str(),
                document_type: document.as_ref().map(|d| d.document_type.to_string()),
                document_number: document.as_ref().map(|d| d.document_number.to_string()),
                document_url: document.map(|d| d.document_url.into_string()),
                reason: partner.kyc_reason.map(Text::into_string),
                submitted_at: partner.kyc_submitted_at.map(Moment),
                decided_at: partner.kyc_decided_at.map(Moment),
            },
            created_at: Moment(partner.created_at),
            updated_at: Moment(partner.updated_at),
        }
    }
}

/// Partners, newest first.
#[utoipa::path(get, path = "/api/partners", operation_id = "list_partners", tag = "partners", params(PartnersQuery, PageQuery), security(("bearer" = [])),
    responses((status = 200, body = Listing<PartnerJson>), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody)))]
pub(super) async fn list(
    State(partners): State<Partners>,
    _: Admin,
    Query(query): Query<PartnersQuery>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Listing<PartnerJson>>, ApiError> {
    let page = Page::try_from(page)?;
    let status = query
        .status
        .as_deref()
        .map(str::parse::<KycStatus>)
        .transpose();
    let status = status.map_err(|error| Violations::one("status", error))?;
    let text = query
        .q
        .as_deref()
        .map(Text::<200>::parse_optional)
        .transpose();
    let text = text.map_err(|error| Violations::one("q", error))?.flatten();
    let (items, total) = partners
        .list(status, text.map(Text::into_string), page)
        .await?;
    Ok(Json(Listing::new(items, page, total)))
}

/// A partner.
#[utoipa::path(get, path = "/api/partners/{id}", operation_id = "find_partner", tag = "partners", params(("id" = String, Path)), security(("bearer" = [])),
    responses((status = 200, body = PartnerJson), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)))]
pub(super) async fn find(
    State(partners): State<Partners>,
    caller: PartnerSelf,
    Path(id): Path<AccountId>,
) -> Result<Json<PartnerJson>, ApiError> {
    caller.expect(&id)?;
    Ok(Json(partners.find(&id).await?.into()))
}

/// The paper that shows who a partner is.
#[expect(clippy::struct_field_names, reason = "the contract's names")]
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct SubmitKyc {
    #[schema(value_type = String, max_length = 200)]
    document_type: Text<200>,
    #[schema(value_type = String, max_length = 200)]
    document_number: Text<200>,
    /// Where a picture of it is: http or https.
    #[schema(value_type = String, max_length = 2000)]
    document_url: Text<2000>,
}

/// Sends in a document. An admin decides on it.
#[utoipa::path(post, path = "/api/partners/{id}/kyc", tag = "partners", params(("id" = String, Path)),
    request_body = SubmitKyc, security(("bearer" = [])),
    responses((status = 200, body = PartnerJson), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(super) async fn submit_kyc(
    State(partners): State<Partners>,
    caller: PartnerSelf,
    Path(id): Path<AccountId>,
    Json(request): Json<SubmitKyc>,
) -> Result<Json<PartnerJson>, ApiError> {
    caller.expect(&id)?;
    let SubmitKyc {
        document_type,
        document_number,
        document_url,
    } = request;
    let url: Option<Uri> = document_url.as_str().parse().ok();
    let is_web = url.is_some_and(|url| {
        matches!(url.scheme_str(), Some("http" | "https")) && url.host().is_some()
    });
    if !is_web {
        return Err(Violations::one("documentUrl", "must be an http or https address").into());
    }
    let document = KycDocument {
        document_type,
        document_number,
        document_url,
    };
    Ok(Json(partners.submit_kyc(&id, document).await?.into()))
}

/// What an admin says of a document.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct DecideKyc {
    /// `approved` or `rejected`.
    status: String,
    /// Why it was rejected.
    #[schema(value_type = Option<String>, max_length = 4000)]
    reason: Option<String>,
}

/// Decides on the document of a partner. Only approved partners are assigned.
#[utoipa::path(patch, path = "/api/partners/{id}/kyc", tag = "partners", params(("id" = String, Path)),
    request_body = DecideKyc, security(("bearer" = [])),
    responses((status = 200, body = PartnerJson), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(super) async fn decide_kyc(
    State(partners): State<Partners>,
    _: Admin,
    Path(id): Path<AccountId>,
    Json(request): Json<DecideKyc>,
) -> Result<Json<PartnerJson>, ApiError> {
    let reason = request
        .reason
        .as_deref()
        .map(Text::parse_optional)
        .transpose();
    let reason = reason
        .map_err(|error| Violations::one("reason", error))?
        .flatten();
    let decision = match request.status.as_str() {
        "approved" => KycDecision::Approve,
        "rejected" => KycDecision::Reject(reason),
        _ => return Err(Violations::one("status", "must be approved or rejected").into()),
    };
    Ok(Json(partners.decide_kyc(&id, decision).await?.into()))
}

/// What a partner earned.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct EarningsAnswer {
    #[schema(value_type = String)]
    partner_id: AccountId,
    /// In all, by currency.
    totals: Vec<TotalJson>,
    /// One entry for each completed booking, newest first.
    #[serde(flatten)]
    entries: Listing<EarningJson>,
}

/// A sum in one currency.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TotalJson {
    #[schema(value_type = f64)]
    amount: AmountJson,
    #[schema(value_type = String)]
    currency: &'static str,
}

impl From<Money> for TotalJson {
    fn from(money: Money) -> Self {
        Self {
            amount: money.amount_json(),
            currency: money.currency().code(),
        }
    }
}

/// What a partner earned by one booking.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct EarningJson {
    #[schema(value_type = String)]
    booking_id: BookingId,
    booking_number: String,
    #[serde(flatten)]
    amount: TotalJson,
    #[schema(value_type = String, format = DateTime)]
    earned_at: Moment,
}

impl From<Earning> for EarningJson {
    fn from(earning: Earning) -> Self {
        Self {
            booking_id: earning.booking_id,
            booking_number: earning.booking_number,
            amount: earning.amount.into(),
            earned_at: Moment(earning.earned_at),
        }
    }
}

/// What a partner earned: one entry for each completed booking.
#[utoipa::path(get, path = "/api/partners/{id}/earnings", tag = "partners", params(("id" = String, Path), PageQuery),
    security(("bearer" = [])),
    responses((status = 200, body = EarningsAnswer), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(super) async fn earnings(
    State(partners): State<Partners>,
    caller: PartnerSelf,
    Path(id): Path<AccountId>,
    Query(page): Query<PageQuery>,
) -> Result<Json<EarningsAnswer>, ApiError> {
    caller.expect(&id)?;
    let page = Page::try_from(page)?;
    let ((items, total), totals) = partners.earnings(&id, page).await?;
    let totals = totals.into_iter().map(TotalJson::from).collect();
    Ok(Json(EarningsAnswer {
        partner_id: id,
        totals,
        entries: Listing::new(items, page, total),
    }))
}
