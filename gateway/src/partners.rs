//! Registering as a partner: an account and a profile, which are kept by two domains.

use accounts::{Accounts, Name, Password, Phone, Registration, SignedInBody, signed_in};
use api_error::{ApiError, ErrorBody, Json};
use auth::{ClientAddress, ClientScheme};
use axum::{extract::State, http::StatusCode, response::Response};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use validation::{Email, Text, Violations};

use crate::providers::PartnerProfiles;

/// The most services that one partner names.
const SERVICES: usize = 500;

/// `POST /api/partners`.
pub(crate) fn router(accounts: Accounts) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(register_partner))
        .with_state(accounts)
}

/// Somebody who wants to do the work.
#[derive(Deserialize, ToSchema)]
struct RegisterPartnerRequest {
    #[schema(value_type = String, format = Email)]
    email: Email,
    #[schema(format = Password, min_length = 10, max_length = 128)]
    password: String,
    #[schema(value_type = String, max_length = 200)]
    name: Name,
    #[schema(max_length = 50)]
    phone: Option<String>,
    /// What they do, 500 at most.
    #[schema(value_type = Option<Vec<String>>)]
    services: Option<Vec<Text<200>>>,
}

impl RegisterPartnerRequest {
    fn parse(self) -> Result<(Registration, Vec<Text<200>>), Violations> {
        let Self {
            email,
            password,
            name,
            phone,
            services,
        } = self;
        let services = services.unwrap_or_default();
        let mut violations = Violations::default();
        let password = violations.check("password", Password::parse(password.into()));
        let phone = violations.check(
            "phone",
            Phone::parse_optional(phone.as_deref().unwrap_or_default()),
        );
        if services.len() > SERVICES {
            violations.add("services", format!("must have at most {SERVICES} entries"));
        }
        violations.finish(|| {
            Some((
                Registration {
                    email,
                    password: password?,
                    name,
                    phone: phone?,
                },
                services,
            ))
        })
    }
}

/// Register as a partner
#[utoipa::path(
    post, path = "/api/partners", tag = "partners",
    request_body = RegisterPartnerRequest,
    responses(
        (status = 201, description = "Registered and signed in", body = SignedInBody),
        (status = 400, description = "The body is not valid", body = ErrorBody),
        (status = 409, description = "The e-mail address has an account", body = ErrorBody),
        (status = 429, description = "Too many registrations; `Retry-After` says when again", body = ErrorBody),
    ),
)]
async fn register_partner(
    State(accounts): State<Accounts>,
    address: ClientAddress,
    scheme: ClientScheme,
    Json(request): Json<RegisterPartnerRequest>,
) -> Result<Response, ApiError> {
    let (registration, services) = request.parse()?;
    let registered = accounts.register_partner(registration, address);
    let session = PartnerProfiles::with_services(services, registered).await?;
    Ok(signed_in(StatusCode::CREATED, session, scheme))
}
