//! The sync of all bookings of a customer, set-based.

mod told;

use std::collections::BTreeSet;

use database::{Backend, Database, StorageError};
use sea_orm::{DatabaseTransaction, DbErr, Value};
use validation::Currency;

use super::{CustomerSync, CustomerSynced, sql};
use crate::model::{AssignedStatus, SyncedBy};

/// One sync under way: what all of its statements share.
struct Step<'a> {
    transaction: &'a DatabaseTransaction,
    backend: Backend,
    command: &'a CustomerSync,
    locked: Locked,
}

/// The customer's bookings, which nobody else can change until the transaction ends.
struct Locked {
    /// What tells them from others in a statement, see [`Step::synced`].
    key: Value,
    total: u64,
    /// How many had no mirror under their customer.
    missing: u64,
    /// The currencies of their prices.
    currencies: Vec<Currency>,
}

impl Locked {
    fn none(key: impl Into<Value>) -> Self {
        Self {
            key: key.into(),
            total: 0,
            missing: 0,
            currencies: Vec::new(),
        }
    }
}

/// See [`BookingRepository::sync_customer`](super::BookingRepository::sync_customer).
pub(super) async fn sync(
    database: &Database,
    command: &CustomerSync,
) -> Result<CustomerSynced, StorageError> {
    let backend = database.backend();
    database
        .write(|transaction| async move {
            let locked = match backend {
                Backend::Sqlite => find(&transaction, command).await?,
                Backend::Postgres => lock(&transaction, command).await?,
            };
            let step = Step {
                transaction: &transaction,
                backend,
                command,
                locked,
            };
            step.note_history().await?;
            if let Some(target) = command.assigned_status {
                step.tell(target).await?;
                if target == AssignedStatus::Completed {
                    step.earn().await?;
                }
                step.move_all(target).await?;
            }
            step.write_mirrors().await?;
            Ok(CustomerSynced {
                total: step.locked.total,
                created: step.locked.missing,
            })
        })
        .await
}

/// Whether a booking `b` has no mirror under its customer.
const IS_MISSING: &str = "NOT EXISTS \
     (SELECT 1 FROM booking_mirrors m WHERE m.user_id = b.customer_id AND m.booking_id = b.id)";

/// In SQLite nobody else writes meanwhile: whatever is the customer's now is so until the end.
async fn find(transaction: &DatabaseTransaction, command: &CustomerSync) -> Result<Locked, DbErr> {
    let customer = command.customer_id.as_str();
    let count = format!(
        "SELECT COUNT(*), SUM({IS_MISSING}), currency FROM bookings b WHERE customer_id = $1 GROUP BY currency"
    );
    let mut locked = Locked::none(customer);
    for row in sql::query(transaction, &count, [customer.into()]).await? {
        locked.total += row.try_get_by_index::<i64>(0)?.unsigned_abs();
        locked.missing += row.try_get_by_index::<i64>(1)?.unsigned_abs();
        let code: String = row.try_get_by_index(2)?;
        locked.currencies.extend(Currency::parse(&code).ok());
    }
    Ok(locked)
}

/// In Postgres the rows are locked, in the order of their ids as everybody does. The key is their ids: a booking that the
/// customer gets meanwhile is not among them.
///
/// The mirrors are counted in passing: in a statement of their own all rows would be found once more.
async fn lock(transaction: &DatabaseTransaction, command: &CustomerSync) -> Result<Locked, DbErr> {
    let customer = command.customer_id.as_str();
    let lock = format!(
        "SELECT id, currency, {IS_MISSING} FROM bookings b WHERE customer_id = $1 ORDER BY id FOR UPDATE OF b"
    );
    let rows = sql::query(transaction, &lock, [customer.into()]).await?;
    let (mut ids, mut codes) = (Vec::with_capacity(rows.len()), BTreeSet::new());
    let (mut total, mut missing) = (0, 0);
    for row in rows {
        ids.push(row.try_get_by_index::<String>(0)?);
        codes.insert(row.try_get_by_index::<String>(1)?);
        missing += u64::from(row.try_get_by_index::<bool>(2)?);
        total += 1;
    }
    let currencies = codes.iter().map(|code| Currency::parse(code));
    Ok(Locked {
        key: ids.into(),
        total,
        missing,
        currencies: currencies.filter_map(Result::ok).collect(),
    })
}

impl Step<'_> {
    /// Whether a booking `b` is synced; the parameter is the [key](Self::key).
    fn synced(&self, parameter: &str) -> String {
        match self.backend {
            Backend::Sqlite => format!("b.customer_id = {parameter}"),
            Backend::Postgres => format!("b.id = ANY(CAST({parameter} AS TEXT[]))"),
        }
    }

    fn key(&self) -> Value {
        self.locked.key.clone()
    }

    fn at(&self) -> Value {
        self.command.at.timestamp_millis().into()
    }

    /// What is about to change of a booking `b`, as a JSON text. It reads the old state, so it comes before the change.
    /// `$2` and `$3` are the new state in both vocabularies, or null.
    fn changes(&self) -> String {
        let object = sql::json_object(self.backend);
        format!(
            "CASE WHEN CAST($3 AS TEXT) IS NULL OR b.assigned_status = $3 THEN '[]' ELSE '[' \
             || CASE WHEN $3 = 'unassigned' AND b.partner_id IS NOT NULL \
                THEN CAST({object}('field', 'partnerId', 'from', b.partner_id, 'to', NULL) AS TEXT) || ',' ELSE '' END \
             || CAST({object}('field', 'status', 'from', b.status, 'to', CAST($2 AS TEXT)) AS TEXT) || ',' \
             || CAST({object}('field', 'assignedStatus', 'from', b.assigned_status, 'to', CAST($3 AS TEXT)) AS TEXT) \
             || ']' END"
        )
    }

    /// One line for each booking.
    async fn note_history(&self) -> Result<(), DbErr> {
        let (changes, synced) = (self.changes(), self.synced("$1"));
        let insert = format!(
            "INSERT INTO booking_history (booking_id, customer_id, call, actor_id, actor_kind, changes, outcome, \
             created_at) SELECT b.id, b.customer_id, $4, $5, $6, {changes}, 'done', CAST($7 AS BIGINT) \
             FROM bookings b WHERE {synced} ORDER BY b.id"
        );
        let target = self.command.assigned_status;
        let values: [Value; 7] = [
            self.key(),
            target.map(|target| target.first_status().as_str()).into(),
            target.map(AssignedStatus::as_str).into(),
            SyncedBy::SyncAllCustomer.as_str().into(),
            self.command.actor.id.as_str().into(),
            self.command.actor.kind.into(),
            self.at(),
        ];
        let written = sql::execute(self.transaction, &insert, values).await;
        written.map(drop)
    }

    /// Moves the bookings that are in another state.
    async fn move_all(&self, target: AssignedStatus) -> Result<(), DbErr> {
        let update = format!(
            "UPDATE bookings AS b SET status = $2, assigned_status = $3, version = b.version + 1, updated_at = $4, \
             partner_id = CASE WHEN $3 = 'unassigned' THEN NULL ELSE b.partner_id END \
             WHERE {} AND b.assigned_status <> $3",
            self.synced("$1")
        );
        let status = target.first_status().as_str();
        let values = [self.key(), status.into(), target.as_str().into(), self.at()];
        let written = sql::execute(self.transaction, &update, values).await;
        written.map(drop)
    }

    /// Writes every mirror whole, and removes those under other users.
    async fn write_mirrors(&self) -> Result<(), DbErr> {
        let strays = format!(
            "DELETE FROM booking_mirrors WHERE user_id <> $2 \
             AND booking_id IN (SELECT b.id FROM bookings b WHERE {})",
            self.synced("$1")
        );
        let customer = self.command.customer_id.as_str().into();
        sql::execute(self.transaction, &strays, [self.key(), customer]).await?;
        let synced_by = SyncedBy::SyncAllCustomer.as_str().into();
        let values = [self.at(), synced_by, self.at(), self.key()];
        let write = sql::write_mirrors(&self.synced("$4"));
        let written = sql::execute(self.transaction, &write, values).await;
        written.map(drop)
    }
}
