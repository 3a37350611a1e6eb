//! The rows as they lie in the tables, and how they become models.

use auth::AccountId;
use chrono::{DateTime, Utc};
use database::StorageError;
use validation::{Currency, Id, Money, Text};

use crate::model::{Booking, BookingNumber, FieldChange, HistoryEntry, Mirror, Outcome};

pub(super) mod booking {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "bookings")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub booking_number: String,
        pub customer_id: String,
        pub partner_id: Option<String>,
        pub service: String,
        pub scheduled_at: i64,
        pub address: String,
        pub amount_minor: i64,
        pub currency: String,
        pub status: String,
        pub assigned_status: String,
        pub notes: Option<String>,
        pub created_at: i64,
        pub updated_at: i64,
        pub version: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(super) mod mirror {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "booking_mirrors")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub user_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub booking_id: String,
        pub assigned_status: Option<String>,
        pub booking_number: Option<String>,
        pub customer_id: Option<String>,
        pub partner_id: Option<String>,
        pub service: Option<String>,
        pub scheduled_at: Option<i64>,
        pub address: Option<String>,
        pub amount_minor: Option<i64>,
        pub currency: Option<String>,
        pub status: Option<String>,
        pub mirrored_at: Option<i64>,
        pub last_manual_sync_at: Option<i64>,
        pub synced_by: Option<String>,
        pub updated_at: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub(super) mod history {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "booking_history")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub booking_id: String,
        pub customer_id: String,
        pub call: String,
        pub actor_id: String,
        pub actor_kind: String,
        pub changes: String,
        pub outcome: String,
        pub error: Option<String>,
        pub created_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

impl TryFrom<booking::Model> for Booking {
    type Error = StorageError;

    fn try_from(row: booking::Model) -> Result<Self, StorageError> {
        let corrupt = corrupt("bookings", &row.id);
        let currency = Currency::parse(&row.currency).map_err(|_| corrupt("currency"))?;
        let notes = row
            .notes
            .as_deref()
            .map(Text::parse_optional)
            .transpose()
            .map_err(|_| corrupt("notes"))?;
        Ok(Self {
            id: Id::parse(&row.id).map_err(|_| corrupt("id"))?,
            number: BookingNumber::stored(row.booking_number),
            customer_id: AccountId::parse(&row.customer_id).map_err(|_| corrupt("customer_id"))?,
            partner_id: row
                .partner_id
                .as_deref()
                .map(Id::parse)
                .transpose()
                .map_err(|_| corrupt("partner_id"))?,
            service: Text::parse(&row.service).map_err(|_| corrupt("service"))?,
            scheduled_at: moment(row.scheduled_at).ok_or_else(|| corrupt("scheduled_at"))?,
            address: Text::parse(&row.address).map_err(|_| corrupt("address"))?,
            price: Money::from_minor(row.amount_minor, currency),
            status: row.status.parse().map_err(|_| corrupt("status"))?,
            notes: notes.flatten(),
            created_at: moment(row.created_at).ok_or_else(|| corrupt("created_at"))?,
            updated_at: moment(row.updated_at).ok_or_else(|| corrupt("updated_at"))?,
            version: row.version,
        })
    }
}

impl From<mirror::Model> for Mirror {
    fn from(row: mirror::Model) -> Self {
        Self {
            user_id: row.user_id,
            booking_id: row.booking_id,
            booking_number: row.booking_number,
            customer_id: row.customer_id,
            partner_id: row.partner_id,
            service: row.service,
            scheduled_at: row.scheduled_at.and_then(moment),
            address: row.address,
            amount_minor: row.amount_minor,
            currency: row.currency,
            status: row.status,
            assigned_status: row.assigned_status,
            mirrored_at: row.mirrored_at.and_then(moment),
            last_manual_sync_at: row.last_manual_sync_at.and_then(moment),
            synced_by: row.synced_by,
            updated_at: row.updated_at.and_then(moment),
        }
    }
}

impl TryFrom<history::Model> for HistoryEntry {
    type Error = StorageError;

    fn try_from(row: history::Model) -> Result<Self, StorageError> {
        let corrupt = corrupt("booking_history", &row.booking_id);
        let changes: Vec<serde_json::Value> =
            serde_json::from_str(&row.changes).map_err(|_| corrupt("changes"))?;
        let change = |change: serde_json::Value| FieldChange {
            field: change["field"].as_str().unwrap_or_default().to_owned(),
            from: change["from"].clone(),
            to: change["to"].clone(),
        };
        Ok(Self {
            id: row.id,
            booking_id: Id::parse(&row.booking_id).map_err(|_| corrupt("booking_id"))?,
            customer_id: row.customer_id,
            call: row.call,
            actor: (row.actor_id, row.actor_kind),
            changes: changes.into_iter().map(change).collect(),
            outcome: row.error.map_or(Outcome::Done, Outcome::Refused),
            at: moment(row.created_at).ok_or_else(|| corrupt("created_at"))?,
        })
    }
}

/// The changes of a history entry, as they are stored.
pub(super) fn changes_json(changes: &[FieldChange]) -> String {
    let items: Vec<_> = changes
        .iter()
        .map(|change| serde_json::json!({"field": change.field, "from": change.from, "to": change.to}))
        .collect();
    serde_json::Value::Array(items).to_string()
}

pub(super) fn moment(millis: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis(millis)
}

pub(super) fn corrupt<'a>(table: &'a str, key: &'a str) -> impl Fn(&str) -> StorageError + use<'a> {
    let place = format!("{table} of {key}");
    move |column| StorageError::Corrupt(format!("{column} in {place}"))
}
