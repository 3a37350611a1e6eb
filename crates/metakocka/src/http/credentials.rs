use std::collections::BTreeMap;

use api_error::{ApiError, ErrorBody, Json};
use axum::extract::State;
use outbound::RemoteUrl;
use rust_decimal::Decimal;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validation::{Money, Text, Violations};

use super::acting::Acting;
use crate::{
    model::TaxCodes,
    service::{CredentialsInput, CredentialsView, Metakocka},
};

/// How an organization's company is reached.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct GiveCredentials {
    #[schema(max_length = 200)]
    company_id: Option<String>,
    /// Kept encrypted, and shown to nobody.
    #[schema(value_type = String, max_length = 200)]
    secret_key: Option<String>,
    /// A server of the company's own.
    #[schema(max_length = 500)]
    base_url: Option<String>,
    /// Which code stands for which rate in percent: `{"0": "000", "22": "EX4"}`.
    tax_codes: Option<BTreeMap<String, String>>,
}

impl GiveCredentials {
    fn into_input(self, reach: outbound::Reach) -> Result<CredentialsInput, Violations> {
        let mut violations = Violations::default();
        let v = &mut violations;
        let company_id = v.require("companyId", self.company_id.as_deref(), |text| {
            Text::<200>::parse(text)
        });
        let secret = v.require("secretKey", self.secret_key.as_deref(), |text| {
            Text::<200>::parse(text)
        });
        let base_url = self.base_url.filter(|url| !url.trim().is_empty());
        let base_url = base_url.and_then(|url| v.check("baseUrl", RemoteUrl::parse(&url, reach)));
        let codes = self.tax_codes.unwrap_or_default();
        if codes.len() > 100 {
            v.add("taxCodes", "must be at most 100");
        }
        let codes: Vec<_> = codes
            .iter()
            .filter_map(|(rate, code)| tax_code(v, rate, code))
            .collect();
        violations.finish(|| {
            Some(CredentialsInput {
                company_id: company_id?.into_string(),
                secret_key: SecretString::from(secret?.into_string()),
                base_url,
                tax_codes: TaxCodes::new(codes),
            })
        })
    }
}

fn tax_code(v: &mut Violations, rate: &str, code: &str) -> Option<(Decimal, String)> {
    let parsed = Money::parse_amount(rate);
    let is_rate = |rate: &Decimal| *rate >= Decimal::ZERO && *rate <= Decimal::ONE_HUNDRED;
    let Some(rate) = parsed.ok().filter(is_rate) else {
        v.add(
            format!("taxCodes.{rate}"),
            "must be a rate in percent, such as 22 or 9.5",
        );
        return None;
    };
    let code = v.check(&format!("taxCodes.{rate}"), Text::<20>::parse(code))?;
    Some((rate, code.into_string()))
}

/// An organization's credentials, without the key.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MetakockaCredentials)]
pub(super) struct CredentialsJson {
    configured: bool,
    company_id: Option<String>,
    /// The last four characters of the key.
    secret_key_last4: Option<String>,
    /// The server that is called.
    base_url: String,
    tax_codes: BTreeMap<String, String>,
    /// Whether nothing is called until somebody gives a good key.
    paused: bool,
    /// Why calls are held back.
    reason: Option<String>,
}

impl From<CredentialsView> for CredentialsJson {
    fn from(view: CredentialsView) -> Self {
        let given = view.given.as_ref();
        let codes = given.map(|given| {
            let codes = given.tax_codes.iter();
            codes
                .map(|(rate, code)| (rate.to_string(), code.clone()))
                .collect()
        });
        Self {
            configured: given.is_some(),
            company_id: given.map(|given| given.company_id.clone()),
            secret_key_last4: given.map(|given| given.secret_last4.clone()),
            base_url: view.base_url,
            tax_codes: codes.unwrap_or_default(),
            paused: view.queue.paused,
            reason: view.queue.reason,
        }
    }
}

/// The organization's credentials, without the key, and whether its queue is paused.
#[utoipa::path(get, path = "/api/integrations/metakocka/credentials", operation_id = "find_metakocka_credentials",
    tag = "metakocka", security(("bearer" = [])),
    responses((status = 200, body = CredentialsJson), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(super) async fn find(
    State(metakocka): State<Metakocka>,
    Acting(scope): Acting,
) -> Result<Json<CredentialsJson>, ApiError> {
    Ok(Json(metakocka.credentials(&scope).await?.into()))
}

/// Gives credentials. A paused queue goes on.
#[utoipa::path(put, path = "/api/integrations/metakocka/credentials", operation_id = "give_metakocka_credentials",
    tag = "metakocka", request_body = GiveCredentials, security(("bearer" = [])),
    responses((status = 200, body = CredentialsJson), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody)))]
pub(super) async fn give(
    State(metakocka): State<Metakocka>,
    Acting(scope): Acting,
    Json(request): Json<GiveCredentials>,
) -> Result<Json<CredentialsJson>, ApiError> {
    let input = request.into_input(metakocka.reach())?;
    metakocka.give_credentials(&scope, &input).await?;
    Ok(Json(metakocka.credentials(&scope).await?.into()))
}

/// They are gone.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CredentialsForgotten)]
pub(super) struct Forgotten {
    success: bool,
}

/// Forgets the organization's credentials.
#[utoipa::path(delete, path = "/api/integrations/metakocka/credentials", operation_id = "forget_metakocka_credentials",
    tag = "metakocka", security(("bearer" = [])),
    responses((status = 200, body = Forgotten), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(super) async fn forget(
    State(metakocka): State<Metakocka>,
    Acting(scope): Acting,
) -> Result<Json<Forgotten>, ApiError> {
    metakocka.forget_credentials(&scope).await?;
    Ok(Json(Forgotten { success: true }))
}

/// What Metakocka says to the credentials.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CredentialsTest)]
pub(super) struct Tested {
    success: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// Asks Metakocka whether the credentials are good. If they are, a paused queue goes on.
#[utoipa::path(post, path = "/api/integrations/metakocka/credentials/test", operation_id = "test_metakocka_credentials",
    tag = "metakocka", security(("bearer" = [])),
    responses((status = 200, body = Tested), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 409, body = ErrorBody), (status = 502, body = ErrorBody)))]
pub(super) async fn test(
    State(metakocka): State<Metakocka>,
    Acting(scope): Acting,
) -> Result<Json<Tested>, ApiError> {
    let answer = metakocka.test_credentials(&scope).await?;
    Ok(Json(Tested {
        success: answer.is_ok(),
        error: answer.err(),
    }))
}
