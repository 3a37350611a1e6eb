//! The events of a sync of all bookings of a customer: those that `events` makes for one booking, for all at once.

use chrono::SecondsFormat;
use sea_orm::{DbErr, Value};
use validation::Currency;

use super::Step;
use crate::{
    events::{self, message_of},
    model::AssignedStatus,
    repository::sql,
};

/// One event for each booking: who hears it, its name, and the names and SQL values of what it says.
struct Told {
    audience: &'static str,
    event: &'static str,
    payload: String,
    condition: &'static str,
}

impl Step<'_> {
    /// Tells everybody concerned what is about to change, booking by booking.
    pub(super) async fn tell(&self, target: AssignedStatus) -> Result<(), DbErr> {
        let object = sql::json_object(self.backend);
        let synced = self.synced("$1");
        let selects: Vec<_> = self
            .told(target)
            .iter()
            .enumerate()
            .map(|(place, told)| {
                let Told {
                    audience,
                    event,
                    payload,
                    condition,
                } = told;
                format!(
                    "SELECT {audience} AS audience, '{event}' AS event, CAST({object}({payload}) AS TEXT) AS payload, \
                     b.id AS id, {place} AS place \
                     FROM bookings b LEFT JOIN partners p ON p.id = b.partner_id \
                     WHERE {synced} AND b.assigned_status <> $3 AND {condition}"
                )
            })
            .collect();
        let insert = format!(
            "{}SELECT audience, event, payload, CAST($4 AS BIGINT) FROM ({}) AS told ORDER BY id, place",
            outbox::INSERT,
            selects.join(" UNION ALL ")
        );
        let command = self.command;
        let moment = command.at.to_rfc3339_opts(SecondsFormat::Millis, true);
        let values: [Value; 8] = [
            self.key(),
            target.first_status().as_str().into(),
            target.as_str().into(),
            self.at(),
            moment.into(),
            message_of(target.first_status()).into(),
            reason_of(target).into(),
            command.actor.kind.into(),
        ];
        let written = sql::execute(self.transaction, &insert, values).await;
        written.map(drop)
    }

    /// The events of one booking, in the order in which `events` makes them.
    fn told(&self, target: AssignedStatus) -> Vec<Told> {
        let cancelled =
            "'bookingId', b.id, 'reason', CAST($7 AS TEXT), 'cancelledBy', CAST($8 AS TEXT)";
        let to_customer = |event, payload: String| Told {
            audience: "'account:' || b.customer_id",
            event,
            payload,
            condition: "1 = 1",
        };
        let to_partner = |event, payload: String| Told {
            audience: "'account:' || b.partner_id",
            event,
            payload,
            condition: "b.partner_id IS NOT NULL",
        };
        let mut told = vec![
            self.updated(),
            to_customer("booking:status_updated", status_updated()),
        ];
        match target {
            AssignedStatus::Cancelled => {
                told.push(to_customer("booking:cancelled", cancelled.to_owned()));
                told.push(to_partner("booking:cancelled", cancelled.to_owned()));
            }
            AssignedStatus::Unassigned => {
                told.push(to_partner("booking:cancelled", cancelled.to_owned()));
            }
            AssignedStatus::Assigned => {
                let assigned = Told {
                    condition: "b.partner_id IS NOT NULL",
                    ..to_customer("partner:assigned", self.partner_assigned())
                };
                told.push(assigned);
                told.push(to_partner("booking:new_request", self.new_request()));
            }
            AssignedStatus::Confirm | AssignedStatus::Completed => {}
        }
        told
    }

    fn updated(&self) -> Told {
        let changes = sql::json(self.backend, &self.changes());
        Told {
            audience: "'role:admin'",
            event: "booking:updated",
            payload: format!(
                "'bookingId', b.id, 'bookingNumber', b.booking_number, 'customerId', b.customer_id, \
                 'partnerId', CASE WHEN $3 = 'unassigned' THEN NULL ELSE b.partner_id END, \
                 'status', CAST($2 AS TEXT), 'assignedStatus', CAST($3 AS TEXT), 'version', b.version + 1, \
                 'updatedAt', CAST($5 AS TEXT), 'changes', {changes}"
            ),
            condition: "1 = 1",
        }
    }

    fn partner_assigned(&self) -> String {
        let object = sql::json_object(self.backend);
        format!(
            "'bookingId', b.id, 'partner', \
             {object}('id', b.partner_id, 'name', p.name, 'phone', p.phone, 'rating', p.rating)"
        )
    }

    fn new_request(&self) -> String {
        let scheduled_at = sql::rfc3339(self.backend, "b.scheduled_at");
        let amount = self.major("b.amount_minor", "b.currency");
        format!(
            "'bookingId', b.id, 'bookingNumber', b.booking_number, 'service', b.service, \
             'scheduledAt', {scheduled_at}, 'address', b.address, 'amount', {amount}"
        )
    }

    /// What the partners of the bookings earn, once each, and how much that makes in the currency of each.
    pub(super) async fn earn(&self) -> Result<(), DbErr> {
        let due = format!(
            "{} AND b.assigned_status <> 'completed' AND b.partner_id IS NOT NULL \
             AND NOT EXISTS (SELECT 1 FROM partner_earnings e WHERE e.booking_id = b.id)",
            self.synced("$1")
        );
        // Whoever completes another booking of these partners waits, or one of the totals would miss the other.
        let lock = format!(
            "SELECT COUNT(*) FROM (SELECT 1 FROM partners \
             WHERE id IN (SELECT b.partner_id FROM bookings b WHERE {due}) ORDER BY id {}) AS locked",
            sql::for_update(self.backend)
        );
        sql::count(self.transaction, &lock, [self.key()]).await?;
        let tell = self.earnings_updated(&due);
        sql::execute(self.transaction, &tell, [self.key(), self.at()]).await?;
        let insert = format!(
            "INSERT INTO partner_earnings (booking_id, partner_id, booking_number, amount_minor, currency, created_at) \
             SELECT b.id, b.partner_id, b.booking_number, b.amount_minor, b.currency, CAST($2 AS BIGINT) \
             FROM bookings b WHERE {due}"
        );
        let written = sql::execute(self.transaction, &insert, [self.key(), self.at()]).await;
        written.map(drop)
    }

    fn earnings_updated(&self, due: &str) -> String {
        let object = sql::json_object(self.backend);
        let total = "((SELECT COALESCE(SUM(e.amount_minor), 0) FROM partner_earnings e \
            WHERE e.partner_id = due.partner_id AND e.currency = due.currency) + due.running)";
        let amount = self.major("due.amount_minor", "due.currency");
        let total = self.major(total, "due.currency");
        format!(
            "{}SELECT 'account:' || due.partner_id, 'earnings:updated', CAST({object}('partnerId', due.partner_id, \
             'bookingId', due.id, 'amount', {amount}, 'currency', due.currency, 'total', {total}) AS TEXT), \
             CAST($2 AS BIGINT) \
             FROM (SELECT b.id, b.partner_id, b.amount_minor, b.currency, \
                   SUM(b.amount_minor) OVER (PARTITION BY b.partner_id, b.currency ORDER BY b.id) AS running \
                   FROM bookings b WHERE {due}) AS due ORDER BY due.id",
            outbox::INSERT
        )
    }

    /// An amount in major units: each currency has decimals of its own.
    fn major(&self, minor: &str, currency: &str) -> String {
        let of_currency = |known: &Currency| {
            let (code, factor) = (known.code(), 10_i64.pow(known.decimals()));
            format!(
                "WHEN '{code}' THEN {}",
                sql::major(self.backend, minor, factor)
            )
        };
        let cases: Vec<_> = self.locked.currencies.iter().map(of_currency).collect();
        format!("CASE {currency} WHEN '' THEN 0 {} END", cases.join(" "))
    }
}

fn status_updated() -> String {
    "'bookingId', b.id, 'status', CAST($2 AS TEXT), 'assignedStatus', CAST($3 AS TEXT), \
     'message', CAST($6 AS TEXT)"
        .to_owned()
}

fn reason_of(target: AssignedStatus) -> &'static str {
    match target {
        AssignedStatus::Unassigned => events::GIVEN_AWAY,
        _ => events::CANCELLED,
    }
}
