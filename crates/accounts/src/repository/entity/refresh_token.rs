use database::StorageError;
use sea_orm::{ActiveValue::Set, entity::prelude::*};

use super::{id, time};
use crate::model::{RefreshToken, SecretHash};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "refresh_tokens")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub hash: String,
    pub family_id: String,
    pub account_id: String,
    pub created_at: i64,
    pub expires_at: i64,
    pub used_at: Option<i64>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TryFrom<Model> for RefreshToken {
    type Error = StorageError;

    fn try_from(row: Model) -> Result<Self, StorageError> {
        Ok(Self {
            hash: SecretHash::from_stored(row.hash),
            family: id("refresh_tokens.family_id", &row.family_id)?,
            account: id("refresh_tokens.account_id", &row.account_id)?,
            created_at: time("refresh_tokens.created_at", row.created_at)?,
            expires_at: time("refresh_tokens.expires_at", row.expires_at)?,
            used_at: row
                .used_at
                .map(|at| time("refresh_tokens.used_at", at))
                .transpose()?,
        })
    }
}

impl ActiveModel {
    pub(crate) fn of(token: &RefreshToken) -> Self {
        Self {
            hash: Set(token.hash.as_str().to_owned()),
            family_id: Set(token.family.to_string()),
            account_id: Set(token.account.to_string()),
            created_at: Set(token.created_at.timestamp_millis()),
            expires_at: Set(token.expires_at.timestamp_millis()),
            used_at: Set(token.used_at.map(|at| at.timestamp_millis())),
        }
    }
}
