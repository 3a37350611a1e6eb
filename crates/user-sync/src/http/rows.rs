//! Users and changes as they stand in lists.

use serde::Serialize;
use utoipa::ToSchema;

use crate::model::{Change, DirectoryUser, InvalidRow, Profile, UserId};

/// A user in a list of a preview.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SyncUser)]
pub(super) struct SyncUserJson {
    pub(super) email: String,
    pub(super) name: Option<String>,
    pub(super) phone: Option<String>,
    pub(super) role: Option<String>,
    pub(super) company: Option<String>,
}

impl SyncUserJson {
    fn new(email: &str, profile: Profile) -> Self {
        Self {
            email: email.to_owned(),
            name: profile.name,
            phone: profile.phone,
            role: profile.role,
            company: profile.company,
        }
    }
}

impl From<Change> for SyncUserJson {
    fn from(change: Change) -> Self {
        Self::new(&change.email, change.after.profile)
    }
}

impl From<DirectoryUser> for SyncUserJson {
    fn from(user: DirectoryUser) -> Self {
        Self::new(user.email.as_str(), user.profile)
    }
}

/// A field that changes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SyncFieldChange)]
pub(super) struct FieldJson {
    /// `name`, `phone`, `role` or `company`; in runs `status` too.
    #[schema(value_type = String)]
    pub(super) field: &'static str,
    pub(super) from: Option<String>,
    pub(super) to: Option<String>,
}

fn fields(change: &Change) -> Vec<FieldJson> {
    let nobody = Profile::default();
    let before = change.before.as_ref();
    let from = before.map_or(&nobody, |image| &image.profile);
    let changes = from.changes(&change.after.profile).into_iter();
    let field = |(field, from, to): (_, Option<&str>, Option<&str>)| FieldJson {
        field,
        from: from.map(str::to_owned),
        to: to.map(str::to_owned),
    };
    changes.map(field).collect()
}

/// A user whose fields change.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SyncUserUpdate)]
pub(super) struct UpdateJson {
    email: String,
    changes: Vec<FieldJson>,
}

impl From<Change> for UpdateJson {
    fn from(change: Change) -> Self {
        Self {
            changes: fields(&change),
            email: change.email,
        }
    }
}

/// A row that is no user.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SyncInvalidRow)]
pub(super) struct InvalidJson {
    /// Its place among all rows of the server, from 1.
    row: u64,
    error: String,
    /// `id_user`, where the row has one.
    remote_id: Option<String>,
}

impl From<InvalidRow> for InvalidJson {
    fn from(row: InvalidRow) -> Self {
        Self {
            row: row.row,
            error: row.error,
            remote_id: row.remote_id,
        }
    }
}

/// What a run did to a user.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SyncRunChange)]
pub(super) struct RunChangeJson {
    #[schema(value_type = String)]
    user_id: UserId,
    pub(super) email: String,
    /// `added`, `reactivated`, `updated` or `deactivated`.
    #[schema(value_type = String)]
    pub(super) action: &'static str,
    /// Field by field, and `status`.
    pub(super) changes: Vec<FieldJson>,
}

impl From<Change> for RunChangeJson {
    fn from(change: Change) -> Self {
        use crate::model::ChangeKind as K;
        let action = match change.kind {
            K::New => "added",
            K::Reactivated => "reactivated",
            K::Deleted => "deactivated",
            K::Updated | K::Linked | K::Kept => "updated",
        };
        let mut changes = fields(&change);
        let before = change.before.as_ref().map(|image| image.status);
        if before != Some(change.after.status) {
            changes.push(FieldJson {
                field: "status",
                from: before.map(|status| status.to_string()),
                to: Some(change.after.status.to_string()),
            });
        }
        Self {
            user_id: change.user_id,
            email: change.email,
            action,
            changes,
        }
    }
}
