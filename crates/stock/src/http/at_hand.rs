use axum::{
    http::{HeaderMap, Method, Uri},
    response::Response,
};

use super::{headers, shown, validate};
use crate::{model::ProductId, service::Stock};

/// A request whose answer may lie ready, for somebody who leads it past the router.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AtHand {
    /// The stock of a product.
    Show(ProductId),
    /// Whether a basket can be had.
    Validate,
}

impl AtHand {
    /// Which of them it is, if any.
    pub fn of(method: &Method, uri: &Uri) -> Option<Self> {
        if uri.query().is_some() {
            return None;
        }
        match *method {
            Method::GET => {
                let id = uri.path().strip_prefix("/api/products/")?;
                let id = ProductId::parse(id.strip_suffix("/stock")?).ok()?;
                Some(Self::Show(id))
            }
            Method::POST if uri.path() == "/api/stock/validate" => Some(Self::Validate),
            _ => None,
        }
    }

    /// Its method, and the template of its path.
    pub fn route(&self) -> (&'static str, &'static str) {
        match self {
            Self::Show(_) => ("GET", "/api/products/{id}/stock"),
            Self::Validate => ("POST", "/api/stock/validate"),
        }
    }

    /// The same answer as behind the router, where nothing has to be waited for. `body` is what came, if that is all
    /// of it.
    pub fn answer(
        &self,
        stock: &Stock,
        request: &HeaderMap,
        body: Option<&[u8]>,
    ) -> Option<Response> {
        let now = stock.now();
        let (mut response, is_kept) = match self {
            Self::Show(id) => {
                let shown = stock.at_hand(id)?;
                (shown::answer(&shown, request, now), true)
            }
            Self::Validate => {
                let answer = validate::answer_at_hand(stock, request, body?, now)?;
                (answer, false)
            }
        };
        headers::write(response.headers_mut(), now, is_kept);
        Some(response)
    }
}
