use serde::{Deserialize, Serialize};

use crate::Damage;

/// The calls that are simulated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "they are named as in the API")]
pub enum Call {
    PutDocument,
    UpdateDocument,
    GetDocument,
    DeleteDocument,
    ChangeDocumentStatus,
    PutTransaction,
    Search,
    SearchQueryAdvanceDiscovery,
    GetPartner,
    AddPartner,
    WarehouseList,
    ProductList,
    WarehouseStock,
    SyncStock,
    /// A path that there is not, or not in this family.
    Unknown,
}

impl Call {
    /// The call behind a path. Each is in one of three families, and nowhere else.
    pub(super) fn of(path: &str) -> Self {
        match path {
            "/rest/eshop/v1/put_document" => Self::PutDocument,
            "/rest/eshop/v1/update_document" => Self::UpdateDocument,
            "/rest/eshop/v1/get_document" => Self::GetDocument,
            "/rest/eshop/v1/delete_document" => Self::DeleteDocument,
            "/rest/eshop/v1/change_document_status" => Self::ChangeDocumentStatus,
            "/rest/eshop/v1/put_transaction" => Self::PutTransaction,
            "/rest/eshop/v1/search" => Self::Search,
            "/rest/eshop/v1/search_query_advance_discovery" => Self::SearchQueryAdvanceDiscovery,
            "/rest/eshop/v1/get_partner" => Self::GetPartner,
            "/rest/eshop/v1/add_partner" => Self::AddPartner,
            "/rest/eshop/v1/json/warehouse_list" => Self::WarehouseList,
            "/rest/eshop/v1/json/product_list" => Self::ProductList,
            "/rest/eshop/v1/json/warehouse_stock" => Self::WarehouseStock,
            "/rest/eshop/sync_stock" => Self::SyncStock,
            _ => Self::Unknown,
        }
    }

    /// Whether its answer carries no `opr_code` when all is well.
    pub(super) fn has_no_code(self) -> bool {
        matches!(
            self,
            Self::GetPartner | Self::AddPartner | Self::SearchQueryAdvanceDiscovery
        )
    }
}

/// When something goes wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// Before the call did anything: it does nothing.
    Before,
    /// After it did everything: only its answer suffers.
    #[default]
    After,
}

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// The answer does not come as it should.
    Damage(Damage),
    /// The answer is this refusal: its code and its words.
    Refusal(u32, String),
    /// The work itself begins so many milliseconds late, and is done even if the caller has left.
    Slow(u64),
}

/// Something that goes wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fault {
    /// In which call; in every one where it is not said.
    #[serde(default)]
    on: Option<Call>,
    /// For which company; for every one where it is not said.
    #[serde(default)]
    company: Option<String>,
    /// Before or after the work.
    #[serde(default)]
    when: When,
    /// What happens.
    trouble: Trouble,
    /// So many calls still go well.
    #[serde(default)]
    after: u32,
    /// So many calls go wrong; every one where it is not said.
    #[serde(default)]
    times: Option<u32>,
    /// How likely it is, from 0 to 1.
    #[serde(default)]
    chance: Option<f64>,
}

impl Fault {
    /// `trouble` with every `call`.
    pub fn new(call: Call, when: When, trouble: Trouble) -> Self {
        Self {
            on: Some(call),
            company: None,
            when,
            trouble,
            after: 0,
            times: None,
            chance: None,
        }
    }

    /// The work is done, and the connection closed without an answer.
    pub fn lost(call: Call) -> Self {
        Self::new(call, When::After, Trouble::Damage(Damage::Drop))
    }

    /// The work is done, and a proxy's page says 502.
    pub fn bad_gateway(call: Call) -> Self {
        Self::new(call, When::After, Trouble::Damage(Damage::Page(502)))
    }

    /// The work is done, and its answer comes so many milliseconds late.
    pub fn late(call: Call, milliseconds: u64) -> Self {
        let damage = Damage::Delay(milliseconds);
        Self::new(call, When::After, Trouble::Damage(damage))
    }

    /// The work is done so many milliseconds late, though nobody waits for it any more.
    pub fn slow(call: Call, milliseconds: u64) -> Self {
        Self::new(call, When::Before, Trouble::Slow(milliseconds))
    }

    /// The work is done, and the answer says that something went wrong inside.
    pub fn internal_error(call: Call) -> Self {
        let words = "Internal server error.".to_owned();
        Self::new(call, When::After, Trouble::Refusal(1, words))
    }

    /// Nothing is done, and the answer is this refusal.
    pub fn refused(call: Call, code: u32, words: &str) -> Self {
        Self::new(call, When::Before, Trouble::Refusal(code, words.to_owned()))
    }

    /// Nothing is done in any call: a page says that Metakocka is being upgraded.
    pub fn down() -> Self {
        Self {
            on: None,
            ..Self::new(
                Call::Unknown,
                When::Before,
                Trouble::Damage(Damage::Page(503)),
            )
        }
    }

    /// Only so many times.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    /// After so many calls that go well.
    #[must_use]
    pub fn after(mut self, calls: u32) -> Self {
        self.after = calls;
        self
    }

    /// Only now and then: with this probability, from 0 to 1.
    #[must_use]
    pub fn chance(mut self, probability: f64) -> Self {
        self.chance = Some(probability);
        self
    }

    /// Only for this company.
    #[must_use]
    pub fn company(mut self, id: &str) -> Self {
        self.company = Some(id.to_owned());
        self
    }

    /// What happens to a call, which is counted. `dice` says whether something of a given probability happens.
    pub(super) fn strike(
        &mut self,
        call: Call,
        company: &str,
        mut dice: impl FnMut(f64) -> bool,
    ) -> Option<(When, Trouble)> {
        let is_meant = self.on.is_none_or(|on| on == call)
            && self.company.as_deref().is_none_or(|only| only == company);
        if !is_meant || self.times == Some(0) {
            return None;
        }
        if self.after > 0 {
            self.after -= 1;
            return None;
        }
        if self.chance.is_some_and(|chance| !dice(chance)) {
            return None;
        }
        if let Some(times) = &mut self.times {
            *times -= 1;
        }
        Some((self.when, self.trouble.clone()))
    }
}
