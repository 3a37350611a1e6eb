use serde::{Deserialize, Serialize};

use crate::Damage;

/// The calls that such a server knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Call {
    /// `POST /api/auth/login`
    SignIn,
    /// `POST /api/auth/refreshtoken`
    Refresh,
    /// `GET /api/conf/users`
    Users,
    /// Anything else.
    Other,
}

/// Something that goes wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// In which call; in every one where it is not said.
    #[serde(default)]
    on: Option<Call>,
    /// Only on this page.
    #[serde(default)]
    page: Option<usize>,
    /// What happens.
    damage: Damage,
    /// So many calls still go well.
    #[serde(default)]
    after: u32,
    /// So many calls go wrong; every one where it is not said.
    #[serde(default)]
    times: Option<u32>,
}

impl Fault {
    /// `damage` in every `call`.
    pub fn new(call: Call, damage: Damage) -> Self {
        Self {
            on: Some(call),
            page: None,
            damage,
            after: 0,
            times: None,
        }
    }

    /// `damage` in every call of any kind.
    pub fn everywhere(damage: Damage) -> Self {
        Self {
            on: None,
            ..Self::new(Call::Other, damage)
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

    /// Only when this page is asked for, counted from 1.
    #[must_use]
    pub fn page(mut self, page: usize) -> Self {
        self.page = Some(page);
        self
    }

    /// What happens to a call, which is counted.
    pub(super) fn strike(&mut self, call: Call, page: Option<usize>) -> Option<Damage> {
        let is_meant = self.on.is_none_or(|on| on == call)
            && self.page.is_none_or(|wanted| page == Some(wanted));
        if !is_meant {
            return None;
        }
        if self.after > 0 {
            self.after -= 1;
            return None;
        }
        match &mut self.times {
            Some(0) => return None,
            Some(times) => *times -= 1,
            None => {}
        }
        Some(self.damage.clone())
    }
}

/// How often a server was called.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Calls {
    /// Sign-ins, also refused ones.
    pub sign_in: u32,
    /// Refreshed tokens, also refused ones.
    pub refresh: u32,
    /// Pages of users, also refused ones.
    pub users: u32,
    /// Anything else, such as what a redirect led here.
    pub other: u32,
    /// How many pages were read at once at most.
    pub most_pages_at_once: u32,
    /// Calls without the headers that the API wants (`X-Requested-With`, `Accept`).
    pub without_headers: u32,
}

/// One call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Seen {
    /// What was called.
    pub call: Call,
    /// The path with its query.
    pub path: String,
    /// Whether it came with a token.
    pub with_token: bool,
}
