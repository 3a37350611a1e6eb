use auth::Scope;
use database::StorageError;
use sea_orm::{ActiveValue::Set, entity::prelude::*};

use super::{id, stored, text, time};
use crate::model::{SecretHash, ServiceToken};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "service_tokens")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub name: String,
    pub hash: String,
    pub scopes: String,
    pub organization_id: Option<String>,
    pub created_by: String,
    pub created_at: i64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TryFrom<Model> for ServiceToken {
    type Error = StorageError;

    fn try_from(row: Model) -> Result<Self, StorageError> {
        let scope = |name: &str| stored("service_tokens.scopes", name.parse());
        Ok(Self {
            id: id("service_tokens.id", &row.id)?,
            name: text("service_tokens.name", &row.name)?,
            scopes: row
                .scopes
                .split_whitespace()
                .map(scope)
                .collect::<Result<_, _>>()?,
            organization: row
                .organization_id
                .map(|o| id("service_tokens.organization_id", &o))
                .transpose()?,
            created_by: row.created_by,
            created_at: time("service_tokens.created_at", row.created_at)?,
        })
    }
}

impl ActiveModel {
    pub(crate) fn of(token: &ServiceToken, hash: &SecretHash) -> Self {
        let scopes: Vec<_> = token.scopes.iter().copied().map(Scope::as_str).collect();
        Self {
            id: Set(token.id.to_string()),
            name: Set(token.name.to_string()),
            hash: Set(hash.as_str().to_owned()),
            scopes: Set(scopes.join(" ")),
            organization_id: Set(token.organization.as_ref().map(ToString::to_string)),
            created_by: Set(token.created_by.clone()),
            created_at: Set(token.created_at.timestamp_millis()),
        }
    }
}
