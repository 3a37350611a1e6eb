use std::collections::BTreeSet;

use auth::{OrganizationId, Scope};
use chrono::{DateTime, Utc};
use validation::{Id, Violations};

use crate::model::Name;

/// The id of a service token.
pub type ServiceTokenId = Id<auth::ServiceToken>;

/// What a program may do. The secret itself is not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceToken {
    /// Its id.
    pub id: ServiceTokenId,
    /// What it is for.
    pub name: Name,
    /// What it allows.
    pub scopes: BTreeSet<Scope>,
    /// The organization it is bound to.
    pub organization: Option<OrganizationId>,
    /// The id of the account that made it.
    pub created_by: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// A service token to be made.
#[derive(Debug)]
pub struct NewServiceToken {
    id: Option<ServiceTokenId>,
    name: Name,
    scopes: BTreeSet<Scope>,
    organization: Option<OrganizationId>,
}

impl NewServiceToken {
    /// A token with a scope or more; one that syncs sales documents is bound to an organization.
    pub fn new(
        id: Option<ServiceTokenId>,
        name: Name,
        scopes: impl IntoIterator<Item = Scope>,
        organization: Option<OrganizationId>,
    ) -> Result<Self, Violations> {
        let scopes: BTreeSet<_> = scopes.into_iter().collect();
        if scopes.is_empty() {
            return Err(Violations::one("scopes", "must name a scope at least"));
        }
        if scopes.contains(&Scope::MetakockaSync) && organization.is_none() {
            return Err(Violations::one(
                "organizationId",
                "is required for the scope metakocka:sync",
            ));
        }
        Ok(Self {
            id,
            name,
            scopes,
            organization,
        })
    }

    /// The token that `by` makes at `now`.
    pub fn issue(self, by: &str, now: DateTime<Utc>) -> ServiceToken {
        let Self {
            id,
            name,
            scopes,
            organization,
        } = self;
        let id = id.unwrap_or_else(ServiceTokenId::generate);
        ServiceToken {
            id,
            name,
            scopes,
            organization,
            created_by: by.to_owned(),
            created_at: now,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn make(scopes: &[Scope], organization: Option<&str>) -> Result<NewServiceToken, Violations> {
        let organization = organization.map(|id| OrganizationId::parse(id).unwrap());
        NewServiceToken::new(
            None,
            Name::parse("import").unwrap(),
            scopes.iter().copied(),
            organization,
        )
    }

    #[test]
    fn a_token_that_syncs_documents_is_bound_to_an_organization() {
        let violations = make(&[Scope::MetakockaSync], None).unwrap_err().into_vec();
        assert_eq!(violations[0].field, "organizationId");
        assert!(make(&[Scope::MetakockaSync], Some("o1")).is_ok());
        assert!(make(&[Scope::StockWrite], None).is_ok());
    }

    #[test]
    fn a_token_without_scopes_is_refused_and_double_ones_count_once() {
        assert_eq!(make(&[], None).unwrap_err().into_vec()[0].field, "scopes");
        let token = make(&[Scope::StockWrite, Scope::StockWrite], None)
            .unwrap()
            .issue("a1", DateTime::UNIX_EPOCH);
        assert_eq!(token.scopes.len(), 1);
    }
}
