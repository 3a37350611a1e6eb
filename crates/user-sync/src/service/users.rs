use validation::{Email, Page, Text, Violations};

use super::UserSync;
use crate::{
    error::SyncError,
    model::{DirectoryUser, LocationId, Profile, Source, Status, UserId},
    repository::{Met, Removed, UserFilter, UserWrite, Window},
};

/// How often a change is tried where others change the same user.
const ATTEMPTS: u32 = 5;

/// A user to add by hand.
#[derive(Clone, Debug)]
pub struct UserDraft {
    /// Its id, where it is given.
    pub id: Option<UserId>,
    /// Where it belongs.
    pub location_id: LocationId,
    /// Unique there.
    pub email: Email,
    /// What is known of it.
    pub profile: Profile,
    /// Whether it may work.
    pub status: Status,
}

/// A change of a user; `None` leaves a field as it is.
#[derive(Clone, Debug, Default)]
pub struct UserEdit {
    /// The e-mail.
    pub email: Option<Email>,
    /// The name.
    pub name: Option<Option<Text<200>>>,
    /// The phone.
    pub phone: Option<Option<Text<200>>>,
    /// The role.
    pub role: Option<Option<Text<200>>>,
    /// The company.
    pub company: Option<Option<Text<200>>>,
    /// The status.
    pub status: Option<Status>,
}

impl UserEdit {
    fn apply(&self, user: &mut DirectoryUser) {
        if let Some(email) = &self.email {
            user.email = email.clone();
        }
        let profile = &mut user.profile;
        for (field, edit) in [
            (&mut profile.name, &self.name),
            (&mut profile.phone, &self.phone),
            (&mut profile.role, &self.role),
            (&mut profile.company, &self.company),
        ] {
            if let Some(value) = edit {
                *field = value.clone().map(Text::into_string);
            }
        }
        if let Some(status) = self.status {
            user.status = status;
        }
    }
}

impl UserSync {
    /// Users, and the codes of their locations.
    pub async fn list_users(
        &self,
        filter: &UserFilter,
        page: Page,
    ) -> Result<Window<Met>, SyncError> {
        Ok(self.parts().users.list(filter, page).await?)
    }

    /// A user.
    pub async fn find_user(&self, id: &UserId) -> Result<Met, SyncError> {
        let found = self.parts().users.find(id).await?;
        found.ok_or_else(|| SyncError::UserNotFound(id.clone()))
    }

    /// Adds a user by hand. No server ever deactivates it.
    pub async fn create_user(&self, draft: UserDraft) -> Result<Met, SyncError> {
        let now = self.now();
        let id = draft.id.unwrap_or_else(UserId::generate);
        let user = DirectoryUser {
            id,
            location_id: draft.location_id,
            email: draft.email,
            profile: draft.profile,
            status: draft.status,
            source: Source::Manual,
            remote_id: None,
            created_at: now,
            updated_at: now,
        };
        match self.parts().users.insert(&user).await? {
            UserWrite::Done => self.find_user(&user.id).await,
            UserWrite::Taken => match self.parts().users.find(&user.id).await? {
                Some(_) => Err(SyncError::UserTaken(user.id)),
                None => Err(SyncError::EmailTaken),
            },
            UserWrite::NoLocation | UserWrite::Changed => {
                Err(Violations::one("locationId", "is not a location").into())
            }
        }
    }

    /// Changes a user by hand.
    pub async fn edit_user(&self, id: &UserId, edit: &UserEdit) -> Result<Met, SyncError> {
        for _ in 0..ATTEMPTS {
            let (before, code) = self.find_user(id).await?;
            let mut user = before.clone();
            edit.apply(&mut user);
            // What is the same is no change: previews stay fresh.
            if user == before {
                return Ok((before, code));
            }
            user.updated_at = self.now().max(before.updated_at);
            match self.parts().users.save(&before, &user).await? {
                UserWrite::Done => return Ok((user, code)),
                UserWrite::Taken => return Err(SyncError::EmailTaken),
                UserWrite::NoLocation | UserWrite::Changed => {}
            }
        }
        Err(SyncError::Overloaded)
    }

    /// Deletes an inactive user for good.
    pub async fn delete_user(&self, id: &UserId) -> Result<(), SyncError> {
        match self.parts().users.delete(id).await? {
            Removed::Done => Ok(()),
            Removed::Refused => Err(SyncError::UserActive),
            Removed::Missing => Err(SyncError::UserNotFound(id.clone())),
        }
    }
}
