use database::StorageError;
use sea_orm::{
    ActiveValue::{NotSet, Set},
    entity::prelude::*,
};
use validation::Email;

use super::{id, stored, text, time};
use crate::model::{Account, AccountUpdate, PasswordHash, Phone};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "accounts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub email: String,
    pub email_key: String,
    pub name: String,
    pub phone: Option<String>,
    pub role: String,
    pub password_hash: String,
    pub disabled: bool,
    pub created_at: i64,
    pub updated_at: i64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TryFrom<Model> for Account {
    type Error = StorageError;

    fn try_from(row: Model) -> Result<Self, StorageError> {
        Ok(Self {
            id: id("accounts.id", &row.id)?,
            email: stored("accounts.email", Email::parse(&row.email))?,
            name: text("accounts.name", &row.name)?,
            phone: row
                .phone
                .as_deref()
                .map(|phone| stored("accounts.phone", Phone::parse(phone)))
                .transpose()?,
            role: stored("accounts.role", row.role.parse())?,
            disabled: row.disabled,
            created_at: time("accounts.created_at", row.created_at)?,
            updated_at: time("accounts.updated_at", row.updated_at)?,
        })
    }
}

impl ActiveModel {
    pub(crate) fn of(account: &Account, password: &PasswordHash) -> Self {
        Self {
            id: Set(account.id.to_string()),
            email: Set(account.email.to_string()),
            email_key: Set(account.email.key()),
            name: Set(account.name.to_string()),
            phone: Set(account.phone.as_ref().map(ToString::to_string)),
            role: Set(account.role.to_string()),
            password_hash: Set(password.as_str().to_owned()),
            disabled: Set(account.disabled),
            created_at: Set(account.created_at.timestamp_millis()),
            updated_at: Set(account.updated_at.timestamp_millis()),
        }
    }

    pub(crate) fn changes(update: &AccountUpdate) -> Self {
        let set = |value: Option<String>| value.map_or(NotSet, Set);
        Self {
            name: set(update.name.as_ref().map(ToString::to_string)),
            disabled: update.disabled.map_or(NotSet, Set),
            password_hash: set(update
                .password
                .as_ref()
                .map(|hash| hash.as_str().to_owned())),
            updated_at: Set(update.at.timestamp_millis()),
            ..Default::default()
        }
    }
}
