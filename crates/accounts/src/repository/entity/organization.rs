use database::StorageError;
use sea_orm::{ActiveValue::Set, entity::prelude::*};

use super::{id, text, time};
use crate::model::Organization;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "organizations")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub name: String,
    pub created_at: i64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TryFrom<Model> for Organization {
    type Error = StorageError;

    fn try_from(row: Model) -> Result<Self, StorageError> {
        Ok(Self {
            id: id("organizations.id", &row.id)?,
            name: text("organizations.name", &row.name)?,
            created_at: time("organizations.created_at", row.created_at)?,
        })
    }
}

impl ActiveModel {
    pub(crate) fn of(organization: &Organization) -> Self {
        Self {
            id: Set(organization.id.to_string()),
            name: Set(organization.name.to_string()),
            created_at: Set(organization.created_at.timestamp_millis()),
        }
    }
}
