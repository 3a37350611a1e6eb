//! Sales documents and mappings as they stand in answers.

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::ToSchema;
use validation::{AmountJson, Violations};

use crate::model::{
    Difference, DocumentId, Item, Line, LineTax, Mapping, SalesDocument, SyncStatus,
};

/// A moment as RFC 3339 in UTC with milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment(pub(super) DateTime<Utc>);

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = self.0.to_rfc3339_opts(SecondsFormat::Millis, true);
        serializer.serialize_str(&text)
    }
}

/// Tells a field that is null from one that is left out.
#[expect(clippy::option_option, reason = "null and left out are two things")]
pub(super) fn nullable<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// A sales document.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SalesDocument)]
pub(super) struct DocumentJson {
    id: String,
    organization_id: String,
    document_type: &'static str,
    document_number: String,
    customer: CustomerJson,
    lines: Vec<LineJson>,
    currency: &'static str,
    /// A day of the calendar.
    #[schema(value_type = String, format = Date)]
    document_date: NaiveDate,
    #[schema(value_type = Option<String>, format = Date)]
    due_date: Option<NaiveDate>,
    notes: Option<String>,
    /// The mark of a warehouse in Metakocka.
    warehouse: Option<String>,
    /// How it is delivered, by Metakocka's register.
    delivery_type: Option<String>,
    status: String,
    /// Gross; each line is rounded half-up to the decimals of the currency.
    #[schema(value_type = f64)]
    total: AmountJson,
    #[schema(value_type = String, format = DateTime)]
    created_at: Moment,
    #[schema(value_type = String, format = DateTime)]
    updated_at: Moment,
    /// `pending`, `synced`, `failed` or `conflict`.
    sync_status: &'static str,
}

/// Who buys.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Customer)]
pub(super) struct CustomerJson {
    name: String,
    street: String,
    post_code: String,
    city: String,
    country: String,
    tax_number: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    is_company: Option<bool>,
}

/// A line of a sales document.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SalesLine)]
pub(super) struct LineJson {
    code: Option<String>,
    name: Option<String>,
    unit: Option<String>,
    #[schema(value_type = f64)]
    quantity: AmountJson,
    /// Net.
    #[schema(value_type = f64)]
    unit_price: AmountJson,
    #[schema(value_type = Option<f64>)]
    discount_percent: Option<AmountJson>,
    tax_code: Option<String>,
    #[schema(value_type = Option<f64>)]
    tax_percent: Option<AmountJson>,
}

impl From<&Line> for LineJson {
    fn from(line: &Line) -> Self {
        let parts = line.parts();
        let (code, name) = match &parts.item {
            Item::Article { code, name } => (
                Some(code.to_string()),
                name.as_ref().map(ToString::to_string),
            ),
            Item::Named(name) => (None, Some(name.to_string())),
        };
        let tax = parts.tax.as_ref();
        Self {
            code,
            name,
            unit: parts.unit.as_ref().map(ToString::to_string),
            quantity: parts.quantity.into(),
            unit_price: parts.unit_price.into(),
            discount_percent: parts.discount_percent.map(Into::into),
            tax_code: tax.and_then(LineTax::code).map(str::to_owned),
            tax_percent: tax.and_then(LineTax::percent).map(Into::into),
        }
    }
}

impl From<(SalesDocument, Option<SyncStatus>)> for DocumentJson {
    fn from((document, status): (SalesDocument, Option<SyncStatus>)) -> Self {
        let content = document.content;
        let total = content.total();
        let customer = content.customer;
        let text = |text: Option<validation::Text<200>>| text.map(validation::Text::into_string);
        Self {
            id: document.id.to_string(),
            organization_id: document.organization.to_string(),
            document_type: content.document_type.as_str(),
            document_number: content.number.as_str().to_owned(),
            customer: CustomerJson {
                name: customer.name.into_string(),
                street: customer.street.into_string(),
                post_code: customer.post_code.into_string(),
                city: customer.city.into_string(),
                country: customer.country.into_string(),
                tax_number: text(customer.tax_number),
                email: text(customer.email),
                phone: text(customer.phone),
                is_company: customer.is_company,
            },
            lines: content.lines.iter().map(LineJson::from).collect(),
            currency: content.currency.code(),
            document_date: content.document_date,
            due_date: content.due_date,
            notes: content.notes.map(validation::Text::into_string),
            warehouse: text(content.warehouse),
            delivery_type: text(content.delivery_type),
            status: document.status.into_string(),
            total: total.into(),
            created_at: Moment(document.created_at),
            updated_at: Moment(document.updated_at),
            sync_status: status.unwrap_or(SyncStatus::Pending).as_str(),
        }
    }
}

/// How a document stands to its counterpart in Metakocka.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SyncMapping)]
pub(super) struct MappingJson {
    document_id: String,
    document_type: &'static str,
    metakocka_id: Option<String>,
    metakocka_number: Option<String>,
    /// `pending`, `synced`, `failed` or `conflict`.
    sync_status: &'static str,
    sync_error: Option<String>,
    /// Metakocka's code of the error.
    remote_code: Option<String>,
    #[schema(value_type = Option<String>, format = DateTime)]
    last_synced_at: Option<Moment>,
    /// `crm_to_metakocka` or `metakocka_to_crm`.
    direction: &'static str,
    /// How many attempts failed in a row.
    attempts: u32,
    /// When it is tried again by itself.
    #[schema(value_type = Option<String>, format = DateTime)]
    next_attempt_at: Option<Moment>,
}

impl From<Mapping> for MappingJson {
    fn from(mapping: Mapping) -> Self {
        Self {
            document_id: mapping.key.document.to_string(),
            document_type: mapping.document_type.as_str(),
            metakocka_id: mapping.metakocka_id,
            metakocka_number: mapping.metakocka_number,
            sync_status: mapping.status.as_str(),
            sync_error: mapping.error,
            remote_code: mapping.remote_code,
            last_synced_at: mapping.last_synced_at.map(Moment),
            direction: mapping.direction.as_str(),
            attempts: mapping.attempts,
            next_attempt_at: mapping.next_attempt_at.map(Moment),
        }
    }
}

/// The id of a document as it stands in `field`.
pub(super) fn document_id(field: &str, text: &str) -> Result<DocumentId, Violations> {
    DocumentId::parse(text.trim()).map_err(|error| Violations::one(field, error))
}

/// A field that is one thing here and another there.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FieldDifference)]
pub(super) struct DifferenceJson {
    field: String,
    crm: Option<String>,
    metakocka: Option<String>,
}

impl From<Difference> for DifferenceJson {
    fn from(difference: Difference) -> Self {
        Self {
            field: difference.field,
            crm: difference.crm,
            metakocka: difference.metakocka,
        }
    }
}
