use outbound::RemoteUrl;
use schedule::Schedule;
use secrecy::SecretString;
use validation::{Email, Page, Text, Violations};

use super::UserSync;
use crate::{
    error::SyncError,
    model::{Credentials, LocationEdit, LocationId, SyncLocation},
    remote::{Examination, Server},
    repository::{Removed, Saved, Window},
};

/// How often a free number is looked for, where others take it first.
const ATTEMPTS: u32 = 8;

/// A location to add.
#[derive(Clone, Debug)]
pub struct LocationDraft {
    /// Its number; the next free one where it is not given.
    pub id: Option<LocationId>,
    /// Its short name.
    pub code: Text<200>,
    /// Its name.
    pub name: Text<200>,
    /// Where its server is.
    pub online_url: RemoteUrl,
    /// What the server lets in, where it differs from others.
    pub credentials: Option<Credentials>,
}

fn owner(id: LocationId, field: &str) -> String {
    format!("location:{id}:{field}")
}

impl UserSync {
    /// Locations by their numbers.
    pub async fn list_locations(&self, page: Page) -> Result<Window<SyncLocation>, SyncError> {
        Ok(self.parts().locations.list(page).await?)
    }

    /// A location.
    pub async fn find_location(&self, id: LocationId) -> Result<SyncLocation, SyncError> {
        let found = self.parts().locations.find(id).await?;
        found.ok_or(SyncError::LocationNotFound(id))
    }

    /// Reads an address that a location may have.
    pub(crate) fn remote_url(&self, text: &str) -> Result<RemoteUrl, outbound::RemoteUrlError> {
        RemoteUrl::parse(text, self.parts().reach)
    }

    /// Adds a location.
    pub async fn create_location(&self, draft: LocationDraft) -> Result<SyncLocation, SyncError> {
        let now = self.now();
        for _ in 0..ATTEMPTS {
            let id = match draft.id {
                Some(id) => id,
                None => self.free_number().await?,
            };
            let sealed = draft.credentials.as_ref();
            let location = SyncLocation {
                id,
                code: draft.code.as_str().to_owned(),
                name: draft.name.as_str().to_owned(),
                online_url: draft.online_url.as_str().to_owned(),
                sealed: sealed.map(|given| self.seal(id, given)).transpose()?,
                schedule: None,
                next_run: None,
                last_sync: None,
                created_at: now,
                updated_at: now,
            };
            match self.parts().locations.insert(&location).await? {
                Saved::Done => return Ok(location),
                Saved::Taken | Saved::Missing if draft.id.is_none() => {}
                Saved::Taken | Saved::Missing => return Err(SyncError::LocationTaken(id)),
            }
        }
        Err(SyncError::Overloaded)
    }

    async fn free_number(&self) -> Result<LocationId, SyncError> {
        let next = self.parts().locations.next_id().await?;
        LocationId::new(next).map_err(|error| Violations::one("id", error).into())
    }

    /// Changes a location. Its schedule has a method of its own.
    pub async fn edit_location(
        &self,
        id: LocationId,
        edit: LocationEdit,
    ) -> Result<SyncLocation, SyncError> {
        let mut location = self.find_location(id).await?;
        if let Some(code) = edit.code {
            location.code = code.into_string();
        }
        if let Some(name) = edit.name {
            location.name = name.into_string();
        }
        if let Some(url) = edit.online_url {
            url.as_str().clone_into(&mut location.online_url);
        }
        if edit.email.is_some() || edit.password.is_some() {
            location.sealed = self.resealed(&location, edit.email, edit.password)?;
        }
        location.updated_at = self.now();
        match self.parts().locations.save(&location).await? {
            Saved::Done => Ok(location),
            Saved::Missing | Saved::Taken => Err(SyncError::LocationNotFound(id)),
        }
    }

    /// E-mail and password come and go together; one of two may change.
    #[expect(clippy::option_option, reason = "null and left out are two things")]
    fn resealed(
        &self,
        location: &SyncLocation,
        email: Option<Option<Email>>,
        password: Option<Option<SecretString>>,
    ) -> Result<Option<(String, String)>, SyncError> {
        let before = match &location.sealed {
            // What does not open any more can only be replaced.
            Some(_) if email.is_some() && password.is_some() => None,
            Some(_) => Some(self.open(location)?),
            None => None,
        };
        let (old_email, old_password) = before.map(|known| (known.email, known.password)).unzip();
        let email = email.unwrap_or(old_email);
        let password = password.unwrap_or(old_password);
        match (email, password) {
            (Some(email), Some(password)) => {
                let credentials = Credentials { email, password };
                Ok(Some(self.seal(location.id, &credentials)?))
            }
            (None, None) => Ok(None),
            (Some(_), None) => Err(Violations::one("password", "is required with email").into()),
            (None, Some(_)) => Err(Violations::one("email", "is required with password").into()),
        }
    }

    fn seal(
        &self,
        id: LocationId,
        credentials: &Credentials,
    ) -> Result<(String, String), SyncError> {
        let vault = &self.parts().vault;
        let email = SecretString::from(credentials.email.as_str());
        Ok((
            vault.seal(&email, &owner(id, "email"))?,
            vault.seal(&credentials.password, &owner(id, "password"))?,
        ))
    }

    fn open(&self, location: &SyncLocation) -> Result<Credentials, SyncError> {
        use secrecy::ExposeSecret as _;
        let (email, password) = location.sealed.as_ref().ok_or(SyncError::NoCredentials)?;
        let open = |sealed: &str, field| {
            let opened = self.parts().vault.open(sealed, &owner(location.id, field));
            opened.map_err(|_| SyncError::Sealed)
        };
        let email = open(email, "email")?;
        let email = Email::parse(email.expose_secret()).map_err(|_| SyncError::Sealed)?;
        let password = open(password, "password")?;
        Ok(Credentials { email, password })
    }

    /// The server of a location, and what it lets in: the location's own credentials, else the common ones.
    pub(crate) fn server(&self, location: &SyncLocation) -> Result<Server, SyncError> {
        let url = self.remote_url(&location.online_url);
        let credentials = match (&location.sealed, &self.parts().common) {
            (Some(_), _) => self.open(location)?,
            (None, Some(common)) => common.clone(),
            (None, None) => return Err(SyncError::NoCredentials),
        };
        Ok(Server {
            location: location.id,
            url: url.map_err(SyncError::Address)?,
            credentials,
        })
    }

    /// Deletes a location that has no users.
    pub async fn delete_location(&self, id: LocationId) -> Result<(), SyncError> {
        match self.parts().locations.delete(id).await? {
            Removed::Done => Ok(()),
            Removed::Refused => Err(SyncError::LocationHasUsers(id)),
            Removed::Missing => Err(SyncError::LocationNotFound(id)),
        }
    }

    /// Sets when a location is synced by itself; `None` for never.
    pub async fn set_schedule(
        &self,
        id: LocationId,
        schedule: Option<(&str, &str)>,
    ) -> Result<SyncLocation, SyncError> {
        let mut location = self.find_location(id).await?;
        let now = self.now();
        let parsed = schedule.map(|(cron, timezone)| Schedule::parse(cron, timezone, now));
        let parsed = parsed
            .transpose()
            .map_err(|error| Violations::one(error.field(), error))?;
        location.next_run = parsed.as_ref().and_then(|parsed| parsed.next_after(now));
        location.schedule =
            parsed.map(|parsed| (parsed.cron().to_owned(), parsed.timezone().to_owned()));
        location.updated_at = now;
        match self.parts().locations.save_schedule(&location).await? {
            Saved::Done => Ok(location),
            Saved::Missing | Saved::Taken => Err(SyncError::LocationNotFound(id)),
        }
    }

    /// Looks whether a location's server can be read, and how it speaks.
    pub async fn check_location(&self, id: LocationId) -> Result<Examination, SyncError> {
        let location = self.find_location(id).await?;
        let server = self.server(&location)?;
        Ok(self.parts().remote.examine(&server).await)
    }
}
