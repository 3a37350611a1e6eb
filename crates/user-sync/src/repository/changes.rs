//! Changes of a plan, in and out.

use database::{Backend, Database, StorageError};
use sea_orm::{DatabaseTransaction, Value};

use super::{
    Page, Window, entity,
    sql::{self},
    table::{Given, Kind, given, most_rows},
};
use crate::model::{Change, ChangeKind, Image, InvalidRow, Plan, PlanId};

/// The columns of an image, behind `before_` and `after_`.
const IMAGE: [&str; 7] = [
    "remote_id",
    "name",
    "phone",
    "role",
    "company",
    "status",
    "search",
];

/// What may be missing is an empty text on its way in; the model has none.
fn text(value: Option<&String>) -> &str {
    value.map_or("", String::as_str)
}

fn texts(image: &Image) -> [&str; 7] {
    let profile = &image.profile;
    [
        text(image.remote_id.as_ref()),
        text(profile.name.as_ref()),
        text(profile.phone.as_ref()),
        text(profile.role.as_ref()),
        text(profile.company.as_ref()),
        image.status.as_str(),
        &image.search,
    ]
}

fn columns() -> Vec<String> {
    let images = ["before_", "after_"]
        .into_iter()
        .flat_map(|prefix| IMAGE.map(|column| format!("{prefix}{column}")));
    ["kind", "user_id", "email", "email_key"]
        .map(str::to_owned)
        .into_iter()
        .chain(images)
        .collect()
}

fn statement(backend: Backend, rows: usize) -> String {
    let texts = columns();
    let numbers = ["position", "before_fingerprint", "after_fingerprint"];
    let kinds: Vec<_> = texts
        .iter()
        .map(|name| (name.as_str(), Kind::Text))
        .chain(numbers.map(|name| (name, Kind::Number)))
        .collect();
    let names = texts.join(", ");
    let read: Vec<_> = texts
        .iter()
        .map(|name| format!("NULLIF({name}, '')"))
        .collect();
    let read = read.join(", ");
    format!(
        "INSERT INTO user_sync_changes (plan_id, {names}, position, before_fingerprint, after_fingerprint) \
         SELECT $1, {read}, position, before_fingerprint, after_fingerprint FROM {}",
        given(backend, &kinds, (2, rows))
    )
}

/// Writes changes; their places are those in `changes`.
pub(super) async fn insert(
    transaction: &DatabaseTransaction,
    backend: Backend,
    plan: &PlanId,
    changes: &[Change],
) -> Result<(), StorageError> {
    let most = most_rows(backend);
    let whole = statement(backend, most);
    for (chunk, changes) in changes.chunks(most).enumerate() {
        let rest = (changes.len() < most).then(|| statement(backend, changes.len()));
        let statement = rest.as_ref().unwrap_or(&whole);
        let before = |change: &Change| {
            change
                .before
                .as_ref()
                .map_or([""; 7], texts)
                .map(str::to_owned)
        };
        let befores: Vec<_> = changes.iter().map(before).collect();
        let afters: Vec<_> = changes.iter().map(|change| texts(&change.after)).collect();
        let keys: Vec<_> = changes
            .iter()
            .map(|change| change.email.to_lowercase())
            .collect();
        let mut given = Given::new()
            .texts(changes.iter().map(|change| change.kind.as_str()))
            .texts(changes.iter().map(|change| change.user_id.as_str()))
            .texts(changes.iter().map(|change| change.email.as_str()))
            .texts(keys.iter().map(String::as_str));
        for column in 0..IMAGE.len() {
            given = given.texts(befores.iter().map(|image| image[column].as_str()));
        }
        for column in 0..IMAGE.len() {
            given = given.texts(afters.iter().map(|image| image[column]));
        }
        let first = chunk * most;
        let place = |place: usize| i64::try_from(first + place).unwrap_or(i64::MAX);
        given = given
            .numbers((0..changes.len()).map(place))
            .numbers(changes.iter().map(Change::undone_fingerprint))
            .numbers(changes.iter().map(|change| change.after.fingerprint));
        let values = given.values(backend, [Value::from(plan.as_str())]);
        sql::execute(transaction, statement, values).await?;
    }
    Ok(())
}

/// Writes rows that were no users.
pub(super) async fn insert_invalid(
    transaction: &DatabaseTransaction,
    backend: Backend,
    plan: &PlanId,
    rows: &[InvalidRow],
) -> Result<(), StorageError> {
    let columns = [
        ("error", Kind::Text),
        ("remote", Kind::Text),
        ("row_number", Kind::Number),
        ("position", Kind::Number),
    ];
    let most = most_rows(backend);
    for (chunk, rows) in rows.chunks(most).enumerate() {
        let statement = format!(
            "INSERT INTO user_sync_changes (plan_id, kind, error, after_remote_id, row_number, position) \
             SELECT $1, 'invalid', error, NULLIF(remote, ''), row_number, position FROM {}",
            given(backend, &columns, (2, rows.len()))
        );
        let place = |place: usize| i64::try_from(chunk * most + place).unwrap_or(i64::MAX);
        let given = Given::new()
            .texts(rows.iter().map(|row| row.error.as_str()))
            .texts(rows.iter().map(|row| text(row.remote_id.as_ref())))
            .numbers(rows.iter().map(|row| row.row.cast_signed()))
            .numbers((0..rows.len()).map(place));
        let values = given.values(backend, [Value::from(plan.as_str())]);
        sql::execute(transaction, &statement, values).await?;
    }
    Ok(())
}

fn window(page: Page) -> [Value; 2] {
    [
        i64::from(page.size()).into(),
        page.offset().cast_signed().into(),
    ]
}

/// Rows of a plan that fulfil a condition, in their order.
async fn select<T>(
    database: &Database,
    (plan, condition): (&PlanId, &str),
    page: Page,
    read: fn(&sea_orm::QueryResult) -> Result<T, StorageError>,
) -> Result<Window<T>, StorageError> {
    let of = format!("FROM user_sync_changes c WHERE c.plan_id = $1 AND {condition}");
    let count = &format!("SELECT COUNT(*) {of}");
    let select = &format!("SELECT * {of} ORDER BY c.position LIMIT $2 OFFSET $3");
    let id = plan.as_str();
    database
        .read(|connection| async move {
            let total = sql::count(connection, count, [id.into()]).await?;
            let [limit, offset] = window(page);
            let rows = sql::query(connection, select, [id.into(), limit, offset]).await?;
            let read: Result<Vec<_>, _> = rows.iter().map(read).collect();
            Ok((read?, total))
        })
        .await
}

pub(super) async fn list(
    database: &Database,
    plan: &PlanId,
    kind: ChangeKind,
    page: Page,
) -> Result<Window<Change>, StorageError> {
    let condition = format!("c.kind = '{}'", kind.as_str());
    select(database, (plan, &condition), page, entity::change).await
}

pub(super) async fn list_invalid(
    database: &Database,
    plan: &PlanId,
    page: Page,
) -> Result<Window<InvalidRow>, StorageError> {
    select(
        database,
        (plan, "c.kind = 'invalid'"),
        page,
        entity::invalid,
    )
    .await
}

/// What was done: without users that were left out, or stayed as they were.
pub(super) async fn list_done(
    database: &Database,
    plan: &PlanId,
    page: Page,
) -> Result<Window<Change>, StorageError> {
    let condition = "c.excluded = 0 AND c.kind IN ('new', 'reactivated', 'updated', 'deleted')";
    select(database, (plan, condition), page, entity::change).await
}

/// Users on both sides are not written down one by one: there may be a hundred thousand of them. They are those that
/// the server is known to have, without the ones that the plan says something else of.
pub(super) async fn list_unchanged(
    database: &Database,
    plan: &Plan,
    page: Page,
) -> Result<Window<crate::model::DirectoryUser>, StorageError> {
    let of = "FROM directory_users u WHERE u.location_id = $2 AND u.status = 'active' \
              AND (u.source = 'sync' OR u.remote_id IS NOT NULL OR EXISTS (SELECT 1 FROM user_sync_changes c \
                WHERE c.plan_id = $1 AND c.kind = 'linked' AND c.user_id = u.id)) \
              AND u.id NOT IN (SELECT c.user_id FROM user_sync_changes c WHERE c.plan_id = $1 \
                AND c.kind IN ('new', 'reactivated', 'updated', 'deleted', 'kept'))";
    let count = &format!("SELECT COUNT(*) {of}");
    let user = entity::USER;
    let select = &format!("SELECT {user} {of} ORDER BY u.email_key LIMIT $3 OFFSET $4");
    let (id, location) = (plan.id.as_str(), plan.location_id.get());
    database
        .read(|connection| async move {
            let total = sql::count(connection, count, [id.into(), location.into()]).await?;
            let [limit, offset] = window(page);
            let values = [id.into(), location.into(), limit, offset];
            let rows = sql::query(connection, select, values).await?;
            let users: Result<Vec<_>, _> = rows.iter().map(entity::user).collect();
            Ok((users?, total))
        })
        .await
}
