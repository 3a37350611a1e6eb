use serde::{Deserialize, Serialize};

/// How a server speaks. Each field is something in which real ones differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Behavior {
    /// Where the token stands in the answer to a sign-in.
    pub token_at: TokenAt,
    /// Where the users stand in a page.
    pub users_at: UsersAt,
    /// What `total` says.
    pub total: Total,
    /// More rows than this are never sent in one page, whatever `limit` asks.
    pub limit_cap: Option<usize>,
    /// How pages are cut.
    pub paging: Paging,
    /// Each row stands there twice.
    pub duplicates: bool,
    /// What happens to the users while pages are read.
    pub moves: Option<Moves>,
    /// A token is refused after so many pages.
    pub token_pages: Option<u32>,
    /// A token is refused after so many seconds.
    pub token_seconds: u32,
    /// Milliseconds that a sign-in takes.
    pub sign_in_ms: u64,
    /// Milliseconds that a page takes.
    pub page_ms: u64,
}

impl Default for Behavior {
    fn default() -> Self {
        Self {
            token_at: TokenAt::ObjectAccessToken,
            users_at: UsersAt::Object,
            total: Total::Right,
            limit_cap: None,
            paging: Paging::Right,
            duplicates: false,
            moves: None,
            token_pages: None,
            token_seconds: 75 * 60,
            sign_in_ms: 0,
            page_ms: 0,
        }
    }
}

/// Where the token stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenAt {
    /// `access_token`
    AccessToken,
    /// `token`
    Token,
    /// `object.access_token`
    ObjectAccessToken,
    /// `object.token`
    ObjectToken,
    /// `data.access_token`
    DataAccessToken,
    /// `data.token`
    DataToken,
    /// In `object`, under a name that nobody knows.
    Nowhere,
}

impl TokenAt {
    /// All places where a token can be found.
    pub const FOUND: [Self; 6] = [
        Self::AccessToken,
        Self::Token,
        Self::ObjectAccessToken,
        Self::ObjectToken,
        Self::DataAccessToken,
        Self::DataToken,
    ];
}

/// Where the users stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UsersAt {
    /// `object`
    Object,
    /// `data`
    Data,
    /// `users`
    Users,
    /// The body is the list. It has no room for a total.
    BareArray,
    /// Under a name that nobody knows.
    Nowhere,
    /// `object` holds an object, not a list.
    Mapped,
}

impl UsersAt {
    /// All places where users can be found.
    pub const FOUND: [Self; 4] = [Self::Object, Self::Data, Self::Users, Self::BareArray];
}

/// What `total` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Total {
    /// How many rows there are.
    Right,
    /// It is not there.
    Missing,
    /// `null`
    Null,
    /// How many there are, as a text.
    Text,
    /// So many more, or fewer, than there are.
    Off(i64),
    /// More with each page: by one for each page number.
    Growing,
}

/// How pages are cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Paging {
    /// As asked for.
    Right,
    /// Each page is the first.
    AlwaysFirst,
    /// Pages after this one are empty, though there are more rows.
    EndsAfter(usize),
}

/// Users that come and go while pages are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moves {
    /// What happens after a page was sent.
    pub change: Change,
    /// How many times in all.
    pub times: u32,
}

/// What happens between two pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// A new user pushes every row one place down: the last row of a page comes again.
    Add,
    /// The newest user goes: the first row of the next page is never sent.
    Remove,
}
