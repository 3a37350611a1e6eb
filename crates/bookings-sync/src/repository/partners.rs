use async_trait::async_trait;
use auth::AccountId;
use chrono::{DateTime, Utc};
use database::{Database, StorageError};
use outbox::Fact;
use sea_orm::{FromQueryResult, QueryResult, Value};
use validation::{Currency, Id, Money, Page, Text};

use super::{
    PartnerRepository, Window,
    entity::{corrupt, moment},
    sql,
};
use crate::model::{Earning, KycDocument, KycStatus, Partner};

/// Partners in the database.
#[derive(Clone, Debug)]
pub struct SeaPartnerRepository {
    database: Database,
}

impl SeaPartnerRepository {
    /// The partners of `database`.
    pub fn new(database: Database) -> Self {
        Self { database }
    }
}

#[async_trait]
impl PartnerRepository for SeaPartnerRepository {
    async fn find(&self, id: &AccountId) -> Result<Option<Partner>, StorageError> {
        let select = "SELECT * FROM partners WHERE id = $1";
        let read = self.database.read(|connection| async move {
            Ok::<_, StorageError>(sql::query(connection, select, [id.as_str().into()]).await?)
        });
        read.await?.first().map(partner).transpose()
    }

    async fn list(
        &self,
        status: Option<KycStatus>,
        text: Option<String>,
        page: Page,
    ) -> Result<Window<Partner>, StorageError> {
        let backend = self.database.backend();
        let contains = sql::contains(backend);
        let condition = format!(
            "(CAST($1 AS TEXT) IS NULL OR kyc_status = $1) AND (CAST($2 AS TEXT) IS NULL \
             OR name {contains} $2 OR email {contains} $2 OR phone {contains} $2)"
        );
        let pattern = text.map(|text| sql::pattern(backend, &text));
        let filter: &[Value; 2] = &[status.map(KycStatus::as_str).into(), pattern.into()];
        let count = &format!("SELECT COUNT(*) FROM partners WHERE {condition}");
        let select = &format!(
            "SELECT * FROM partners WHERE {condition} ORDER BY created_at DESC, id DESC LIMIT $3 OFFSET $4"
        );
        let read = self.database.read(|connection| async move {
            let total = sql::count(connection, count, filter.clone()).await?;
            let window = [u64::from(page.size()).into(), page.offset().into()];
            let rows =
                sql::query(connection, select, filter.clone().into_iter().chain(window)).await?;
            Ok::<_, StorageError>((rows, total))
        });
        let (rows, total) = read.await?;
        Ok((rows.iter().map(partner).collect::<Result<_, _>>()?, total))
    }

    async fn insert(&self, partner: &Partner, facts: &[Fact]) -> Result<bool, StorageError> {
        let insert = "INSERT INTO partners (id, name, email, phone, services, rating, kyc_status, created_at, updated_at) \
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO NOTHING";
        self.database
            .write(|transaction| async move {
                let values: [Value; 9] = [
                    partner.id.as_str().into(),
                    partner.name.as_str().into(),
                    partner.email.as_str().into(),
                    partner.phone.as_deref().into(),
                    serde_json::json!(partner.services).to_string().into(),
                    partner.rating.into(),
                    partner.kyc_status.as_str().into(),
                    partner.created_at.timestamp_millis().into(),
                    partner.updated_at.timestamp_millis().into(),
                ];
                if sql::execute(&*transaction, insert, values)
                    .await?
                    .rows_affected()
                    == 0
                {
                    return Ok(false);
                }
                outbox::append(&*transaction, facts, partner.created_at).await?;
                Ok(true)
            })
            .await
    }

    async fn save(
        &self,
        partner: &Partner,
        before: DateTime<Utc>,
        facts: &[Fact],
    ) -> Result<bool, StorageError> {
        let update = "UPDATE partners SET name = $1, email = $2, phone = $3, services = $4, kyc_status = $5, \
            kyc_document_type = $6, kyc_document_number = $7, kyc_document_url = $8, kyc_reason = $9, \
            kyc_submitted_at = $10, kyc_decided_at = $11, updated_at = $12 WHERE id = $13 AND updated_at = $14";
        self.database
            .write(|transaction| async move {
                let document = partner.kyc_document.as_ref();
                let millis = |at: Option<DateTime<Utc>>| at.map(|at| at.timestamp_millis());
                let values: [Value; 14] = [
                    partner.name.as_str().into(),
                    partner.email.as_str().into(),
                    partner.phone.as_deref().into(),
                    serde_json::json!(partner.services).to_string().into(),
                    partner.kyc_status.as_str().into(),
                    document
                        .map(|document| document.document_type.as_str())
                        .into(),
                    document
                        .map(|document| document.document_number.as_str())
                        .into(),
                    document
                        .map(|document| document.document_url.as_str())
                        .into(),
                    partner.kyc_reason.as_ref().map(Text::as_str).into(),
                    millis(partner.kyc_submitted_at).into(),
                    millis(partner.kyc_decided_at).into(),
                    partner.updated_at.timestamp_millis().into(),
                    partner.id.as_str().into(),
                    before.timestamp_millis().into(),
                ];
                if sql::execute(&*transaction, update, values)
                    .await?
                    .rows_affected()
                    == 0
                {
                    return Ok(false);
                }
                outbox::append(&*transaction, facts, partner.updated_at).await?;
                Ok(true)
            })
            .await
    }

    async fn earnings(
        &self,
        id: &AccountId,
        page: Page,
    ) -> Result<(Window<Earning>, Vec<Money>), StorageError> {
        let totals = "SELECT currency, CAST(SUM(amount_minor) AS BIGINT) AS amount_minor, COUNT(*) AS entries \
            FROM partner_earnings WHERE partner_id = $1 GROUP BY currency ORDER BY currency";
        let select = "SELECT booking_id, booking_number, amount_minor, currency, created_at FROM partner_earnings \
            WHERE partner_id = $1 ORDER BY created_at DESC, booking_id DESC LIMIT $2 OFFSET $3";
        let read = self.database.read(|connection| async move {
            let sums = sql::query(connection, totals, [id.as_str().into()]).await?;
            let window = [
                id.as_str().into(),
                u64::from(page.size()).into(),
                page.offset().into(),
            ];
            Ok::<_, StorageError>((sums, sql::query(connection, select, window).await?))
        });
        let (sums, rows) = read.await?;
        let entries = sums.iter().map(|row| row.try_get::<i64>("", "entries"));
        let total = entries.sum::<Result<i64, _>>()?.unsigned_abs();
        let totals = sums.iter().map(money).collect::<Result<_, _>>()?;
        Ok((
            (rows.iter().map(earning).collect::<Result<_, _>>()?, total),
            totals,
        ))
    }
}

fn money(row: &QueryResult) -> Result<Money, StorageError> {
    let code: String = row.try_get("", "currency")?;
    let currency = Currency::parse(&code)
        .map_err(|_| StorageError::Corrupt(format!("currency {code} in partner_earnings")))?;
    Ok(Money::from_minor(
        row.try_get("", "amount_minor")?,
        currency,
    ))
}

fn earning(row: &QueryResult) -> Result<Earning, StorageError> {
    let id: String = row.try_get("", "booking_id")?;
    let corrupt = corrupt("partner_earnings", &id);
    let earned_at: i64 = row.try_get("", "created_at")?;
    Ok(Earning {
        booking_id: Id::parse(&id).map_err(|_| corrupt("booking_id"))?,
        booking_number: row.try_get("", "booking_number")?,
        amount: money(row)?,
        earned_at: moment(earned_at).ok_or_else(|| corrupt("created_at"))?,
    })
}

/// A partner as it lies in the table.
#[derive(FromQueryResult)]
struct PartnerRow {
    id: String,
    name: String,
    email: String,
    phone: Option<String>,
    services: String,
    rating: Option<f64>,
    kyc_status: String,
    kyc_document_type: Option<String>,
    kyc_document_number: Option<String>,
    kyc_document_url: Option<String>,
    kyc_reason: Option<String>,
    kyc_submitted_at: Option<i64>,
    kyc_decided_at: Option<i64>,
    created_at: i64,
    updated_at: i64,
}

fn partner(row: &QueryResult) -> Result<Partner, StorageError> {
    let row = PartnerRow::from_query_result(row, "")?;
    let corrupt = corrupt("partners", &row.id);
    let document = match (
        &row.kyc_document_type,
        &row.kyc_document_number,
        &row.kyc_document_url,
    ) {
        (Some(kind), Some(number), Some(url)) => Some(KycDocument {
            document_type: Text::parse(kind).map_err(|_| corrupt("kyc_document_type"))?,
            document_number: Text::parse(number).map_err(|_| corrupt("kyc_document_number"))?,
            document_url: Text::parse(url).map_err(|_| corrupt("kyc_document_url"))?,
        }),
        _ => None,
    };
    Ok(Partner {
        id: Id::parse(&row.id).map_err(|_| corrupt("id"))?,
        services: serde_json::from_str(&row.services).map_err(|_| corrupt("services"))?,
        kyc_status: row.kyc_status.parse().map_err(|_| corrupt("kyc_status"))?,
        kyc_document: document,
        kyc_reason: row
            .kyc_reason
            .as_deref()
            .map(Text::parse)
            .transpose()
            .map_err(|_| corrupt("kyc_reason"))?,
        kyc_submitted_at: row.kyc_submitted_at.and_then(moment),
        kyc_decided_at: row.kyc_decided_at.and_then(moment),
        created_at: moment(row.created_at).ok_or_else(|| corrupt("created_at"))?,
        updated_at: moment(row.updated_at).ok_or_else(|| corrupt("updated_at"))?,
        name: row.name,
        email: row.email,
        phone: row.phone,
        rating: row.rating,
    })
}
