//! The steps of a start that can be refused.

use accounts::{Accounts, AccountsError, Name, Password, Registration};
use database::Database;
use migrations::MigrateError;

use crate::config::{FirstAdmin, StartError, Storage};

const DATABASE_URL: &str = "DATABASE_URL";

/// What an admin is called who was made from an e-mail address alone.
const ADMIN_NAME: &str = "Admin";

/// Connects, and sees to the schema.
pub(crate) async fn database(storage: &Storage) -> Result<Database, StartError> {
    let database = connect(storage).await?;
    let ready = if storage.auto_migrate {
        migrations::up(&database).await
    } else {
        migrations::check(&database).await
    };
    ready.map_err(|error| refused(&error))?;
    Ok(database)
}

/// Connects, whatever the schema.
pub(crate) async fn connect(storage: &Storage) -> Result<Database, StartError> {
    Database::connect(&storage.url).await.map_err(|error| {
        let StartError { wants, .. } = StartError::because(DATABASE_URL, &error);
        StartError::new(
            DATABASE_URL,
            format!(
                "wants a database that can be reached; {}: {wants}",
                storage.url
            ),
        )
    })
}

/// What to change when the schema is not right.
pub(crate) fn refused(error: &MigrateError) -> StartError {
    match error {
        MigrateError::Older(_) => StartError::new(
            "AUTO_MIGRATE",
            format!("must be true, or `gateway migrate up` run before: {error}"),
        ),
        MigrateError::Newer(_) | MigrateError::Storage(_) => {
            StartError::because(DATABASE_URL, error)
        }
    }
}

/// Makes the first admin where there is none.
pub(crate) async fn first_admin(
    accounts: &Accounts,
    admin: Option<&FirstAdmin>,
) -> Result<(), StartError> {
    let Some(FirstAdmin { email, password }) = admin else {
        return Ok(());
    };
    let password = Password::parse(password.clone());
    let password =
        password.map_err(|error| StartError::new("ADMIN_PASSWORD", error.to_string()))?;
    let made = accounts
        .ensure_first_admin(registration(email.clone(), password)?)
        .await;
    let made = made.map_err(|error| match error {
        AccountsError::EmailTaken => {
            StartError::new("ADMIN_EMAIL", "belongs to an account that is no admin")
        }
        other => StartError::because(DATABASE_URL, &other),
    })?;
    if let Some(account) = made {
        tracing::info!(account = %account.id, "the first admin was made");
    }
    Ok(())
}

/// An admin as they register.
pub(crate) fn registration(
    email: validation::Email,
    password: Password,
) -> Result<Registration, StartError> {
    let name =
        Name::parse(ADMIN_NAME).map_err(|error| StartError::because("ADMIN_EMAIL", &error))?;
    Ok(Registration {
        email,
        password,
        name,
        phone: None,
    })
}
