use auth::OrganizationId;
use chrono::{DateTime, Utc};
use database::StorageError;
use sea_orm::{ActiveValue::Set, entity::prelude::*};

use super::{account, stored, time};
use crate::model::{Account, Member, MemberRole};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "organization_members")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: String,
    pub role: String,
    pub created_at: i64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "account::Entity",
        from = "Column::AccountId",
        to = "account::Column::Id"
    )]
    Account,
}

impl Related<account::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Account.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}

impl TryFrom<(Model, account::Model)> for Member {
    type Error = StorageError;

    fn try_from((row, account): (Model, account::Model)) -> Result<Self, StorageError> {
        let Account {
            id,
            email,
            name,
            role,
            ..
        } = account.try_into()?;
        Ok(Self {
            account: id,
            email,
            name,
            account_role: role,
            role: stored("organization_members.role", row.role.parse())?,
            created_at: time("organization_members.created_at", row.created_at)?,
        })
    }
}

impl ActiveModel {
    pub(crate) fn of(
        organization: &OrganizationId,
        account: &Account,
        role: MemberRole,
        at: DateTime<Utc>,
    ) -> Self {
        Self {
            organization_id: Set(organization.to_string()),
            account_id: Set(account.id.to_string()),
            role: Set(role.to_string()),
            created_at: Set(at.timestamp_millis()),
        }
    }
}
