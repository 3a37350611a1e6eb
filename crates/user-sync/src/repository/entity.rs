//! Rows, and what they stand for.

use database::StorageError;
use sea_orm::QueryResult;
use validation::Email;

use super::sql::{corrupt, get, maybe_moment, moment, natural, parsed};
use crate::model::{
    Change, ChangeKind, Counts, DirectoryUser, Doubt, DoubtKind, Image, InvalidRow, LocationId,
    Outcome, Phase, Plan, Profile, Run, RunId, RunStatus, Source, Status, SyncLocation, Totals,
    Trigger, UserId,
};

pub(super) const LOCATION: &str = "id, code, name, online_url, email_sealed, password_sealed, cron, timezone, next_run, \
     last_sync, created_at, updated_at";
pub(super) const USER: &str = "u.id, u.location_id, u.email, u.name, u.phone, u.role, u.company, u.status, u.source, \
     u.remote_id, u.created_at, u.updated_at";

fn location_id(row: &QueryResult, column: &str) -> Result<LocationId, StorageError> {
    parsed(column, LocationId::new(get(row, column)?))
}

fn some<T>(column: &str, value: Option<T>) -> Result<T, StorageError> {
    value.ok_or_else(|| corrupt(column))
}

pub(super) fn location(row: &QueryResult) -> Result<SyncLocation, StorageError> {
    let pair = |one: Option<String>, other: Option<String>| one.zip(other);
    Ok(SyncLocation {
        id: location_id(row, "id")?,
        code: get(row, "code")?,
        name: get(row, "name")?,
        online_url: get(row, "online_url")?,
        sealed: pair(get(row, "email_sealed")?, get(row, "password_sealed")?),
        schedule: pair(get(row, "cron")?, get(row, "timezone")?),
        next_run: maybe_moment(row, "next_run")?,
        last_sync: maybe_moment(row, "last_sync")?,
        created_at: moment(row, "created_at")?,
        updated_at: moment(row, "updated_at")?,
    })
}

fn source(name: &str) -> Result<Source, StorageError> {
    match name {
        "sync" => Ok(Source::Sync),
        "manual" => Ok(Source::Manual),
        _ => Err(corrupt("source")),
    }
}

fn profile(row: &QueryResult, prefix: &str) -> Result<Profile, StorageError> {
    let field = |name: &str| get(row, &format!("{prefix}{name}"));
    Ok(Profile {
        name: field("name")?,
        phone: field("phone")?,
        role: field("role")?,
        company: field("company")?,
    })
}

pub(super) fn user(row: &QueryResult) -> Result<DirectoryUser, StorageError> {
    Ok(DirectoryUser {
        id: parsed("id", UserId::parse(&get::<String>(row, "id")?))?,
        location_id: location_id(row, "location_id")?,
        email: parsed("email", Email::parse(&get::<String>(row, "email")?))?,
        profile: profile(row, "")?,
        status: parsed("status", get::<String>(row, "status")?.parse::<Status>())?,
        source: source(&get::<String>(row, "source")?)?,
        remote_id: get(row, "remote_id")?,
        created_at: moment(row, "created_at")?,
        updated_at: moment(row, "updated_at")?,
    })
}

fn image(row: &QueryResult, prefix: &str) -> Result<Option<Image>, StorageError> {
    let status: Option<String> = get(row, &format!("{prefix}status"))?;
    let Some(status) = status else {
        return Ok(None);
    };
    Ok(Some(Image {
        profile: profile(row, prefix)?,
        status: parsed("status", status.parse::<Status>())?,
        remote_id: get(row, &format!("{prefix}remote_id"))?,
        search: get(row, &format!("{prefix}search"))?,
        fingerprint: get(row, &format!("{prefix}fingerprint"))?,
    }))
}

pub(super) fn change(row: &QueryResult) -> Result<Change, StorageError> {
    let kind: String = get(row, "kind")?;
    Ok(Change {
        kind: some("kind", ChangeKind::parse(&kind))?,
        user_id: parsed("user_id", UserId::parse(&get::<String>(row, "user_id")?))?,
        email: get(row, "email")?,
        before: image(row, "before_")?,
        after: some("after_status", image(row, "after_")?)?,
        excluded: get::<i64>(row, "excluded")? != 0,
    })
}

pub(super) fn invalid(row: &QueryResult) -> Result<InvalidRow, StorageError> {
    Ok(InvalidRow {
        row: natural(row, "row_number")?,
        remote_id: get(row, "after_remote_id")?,
        error: get(row, "error")?,
    })
}

/// Pairs of texts as they are kept.
pub(super) fn pairs_text<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let pairs: Vec<_> = pairs.map(|(one, other)| [one, other]).collect();
    serde_json::to_string(&pairs).unwrap_or_else(|_| "[]".to_owned())
}

fn pairs(column: &str, text: Option<String>) -> Result<Vec<(String, String)>, StorageError> {
    text.map_or_else(
        || Ok(Vec::new()),
        |text| parsed(column, serde_json::from_str(&text)),
    )
}

/// Doubts as they are kept.
pub(super) fn doubts_text(doubts: &[Doubt]) -> String {
    pairs_text(
        doubts
            .iter()
            .map(|doubt| (doubt.kind.as_str(), doubt.sentence.as_str())),
    )
}

fn doubts(column: &str, text: String) -> Result<Vec<Doubt>, StorageError> {
    let doubt = |(kind, sentence): (String, String)| {
        some(column, DoubtKind::parse(&kind)).map(|kind| Doubt { kind, sentence })
    };
    pairs(column, Some(text))?.into_iter().map(doubt).collect()
}

pub(super) fn plan(row: &QueryResult) -> Result<Plan, StorageError> {
    let run_id: Option<String> = get(row, "run_id")?;
    Ok(Plan {
        id: parsed("id", validation::Id::parse(&get::<String>(row, "id")?))?,
        location_id: location_id(row, "location_id")?,
        base_revision: get(row, "base_revision")?,
        base: Totals {
            count: get(row, "base_count")?,
            sum: get(row, "base_sum")?,
        },
        counts: Counts {
            added: natural(row, "added")?,
            reactivated: natural(row, "reactivated")?,
            updated: natural(row, "updated")?,
            deleted: natural(row, "deleted")?,
            unchanged: natural(row, "unchanged")?,
            invalid: natural(row, "invalid")?,
            total: natural(row, "total")?,
        },
        active: natural(row, "active")?,
        doubts: doubts("doubts", get(row, "doubts")?)?,
        run_id: run_id
            .map(|id| parsed("run_id", RunId::parse(&id)))
            .transpose()?,
        created_at: moment(row, "created_at")?,
        expires_at: moment(row, "expires_at")?,
    })
}

fn id<K>(row: &QueryResult, column: &str) -> Result<Option<validation::Id<K>>, StorageError> {
    let id: Option<String> = get(row, column)?;
    id.map(|id| parsed(column, validation::Id::parse(&id)))
        .transpose()
}

pub(super) fn run(row: &QueryResult) -> Result<Run, StorageError> {
    let name = |column: &str| get::<String>(row, column);
    let allowed = get::<i64>(row, "allow_large_deletion")? != 0;
    let guard: Option<String> = get(row, "guard")?;
    let guard = doubts("guard", guard.unwrap_or_else(|| "[]".to_owned()))?;
    let code: Option<String> = get(row, "error_code")?;
    let error: Option<String> = get(row, "error")?;
    let phase = some("phase", Phase::parse(&name("phase")?))?;
    Ok(Run {
        id: some("id", id(row, "id")?)?,
        location_id: location_id(row, "location_id")?,
        plan_id: id(row, "plan_id")?,
        trigger: some("run_trigger", Trigger::parse(&name("run_trigger")?))?,
        status: some("status", RunStatus::parse(&name("status")?))?,
        progress: (phase, natural(row, "done")?, natural(row, "total")?),
        counts: Counts {
            added: natural(row, "added")?,
            reactivated: natural(row, "reactivated")?,
            updated: natural(row, "updated")?,
            deleted: natural(row, "deactivated")?,
            unchanged: natural(row, "unchanged")?,
            ..Counts::default()
        },
        allowed: allowed.then_some(guard),
        conflicts: pairs("conflicts", get(row, "conflicts")?)?,
        undoes: id(row, "undoes")?,
        undone_by: id(row, "undone_by")?,
        failure: code.zip(error).map(|(code, error)| Outcome { code, error }),
        actor: (name("actor_id")?, name("actor_kind")?),
        started_at: moment(row, "started_at")?,
        finished_at: maybe_moment(row, "finished_at")?,
    })
}
