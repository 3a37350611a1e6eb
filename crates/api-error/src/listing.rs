use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validation::{Page, PageError, Violations};

/// One window of a list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Listing<T> {
    /// The items of this window.
    pub items: Vec<T>,
    /// Which window this is, from 1.
    pub page: u32,
    /// How many items a window holds at most.
    pub per_page: u32,
    /// How many items there are in all.
    pub total: u64,
}

impl<T> Listing<T> {
    /// The window `page` of a list of `total`.
    pub fn new(items: impl IntoIterator<Item = impl Into<T>>, page: Page, total: u64) -> Self {
        let items = items.into_iter().map(Into::into).collect();
        Self {
            items,
            page: page.number(),
            per_page: page.size(),
            total,
        }
    }
}

/// The window that is asked for.
#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct PageQuery {
    /// Which window, from 1.
    #[param(minimum = 1, maximum = 1_000_000, default = 1)]
    pub page: Option<u32>,
    /// How many items, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub per_page: Option<u32>,
}

impl TryFrom<PageQuery> for Page {
    type Error = Violations;

    fn try_from(query: PageQuery) -> Result<Self, Violations> {
        Page::new(query.page, query.per_page).map_err(|error| {
            let field = match error {
                PageError::Number => "page",
                PageError::Size => "perPage",
            };
            Violations::one(field, error)
        })
    }
}
