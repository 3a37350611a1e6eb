//! Metakocka over HTTP. Every call is a POST with the key in its body, also one that reads or only asks for a list.

mod document;
mod reply;
mod request;
mod wire;

use async_trait::async_trait;
use reqwest::{Client, header::CONTENT_TYPE};
use secrecy::ExposeSecret as _;
use serde::Serialize;
use serde_json::Value;

use self::{
    reply::{Reply, Secret, unclear},
    request::{Authorized, FindOrder, GetDocument, ListWarehouses, PutDocument, SearchDocuments},
};
use crate::{
    erp::{Erp, ErpAccess, ErpError, OutgoingDocument, RemoteDocument, Saved, Search, SearchPage},
    model::DocumentType,
};

/// A path of the API. The calls live in families, and one asked for in another family is an HTML page with 404.
#[derive(Clone, Copy)]
enum Path {
    /// Documents and partners.
    V1(&'static str),
    /// Lists of what there is.
    Json(&'static str),
}

impl Path {
    fn below(self, access: &ErpAccess) -> String {
        let (family, name) = match self {
            Self::V1(name) => ("/rest/eshop/v1/", name),
            Self::Json(name) => ("/rest/eshop/v1/json/", name),
        };
        access.base_url.join(&format!("{family}{name}"))
    }
}

/// Metakocka over HTTP.
#[derive(Clone, Debug)]
pub struct HttpMetakocka {
    client: Client,
}

impl HttpMetakocka {
    /// Calls with `client`, which follows no redirects (they would carry the key away) and has a limit of time.
    pub fn new(client: Client) -> Self {
        Self { client }
    }

    /// Makes a call and takes apart what comes back.
    async fn call(
        &self,
        access: &ErpAccess,
        path: Path,
        request: impl Serialize + Send,
    ) -> Result<Reply, ErpError> {
        let secret = Secret::new(access);
        let body = serde_json::to_vec(&Authorized {
            company_id: &access.company_id,
            secret_key: access.secret_key.expose_secret(),
            request,
        });
        let body = body.map_err(|_| unclear("the call cannot be written"))?;
        let call = self.client.post(path.below(access)).body(body);
        let call = call.header(CONTENT_TYPE, "application/json");
        let answer = call.send().await.map_err(|error| reply::failed(&error))?;
        let status = answer.status();
        let body = reply::read(answer).await?;
        Reply::of(status, &body, &secret)
    }

    /// The document that a look-up finds; `None` only where Metakocka says in so many words that there is none.
    async fn look_up(
        &self,
        access: &ErpAccess,
        document_type: DocumentType,
        request: impl Serialize + Send,
    ) -> Result<Option<RemoteDocument>, ErpError> {
        match self.call(access, Path::V1("get_document"), request).await {
            Ok(reply) => {
                let secret = Secret::new(access);
                let document = document::read(reply.into_value(), document_type);
                document
                    .map(Some)
                    .map_err(|bad| unclear(&secret.hide(&bad.reason)))
            }
            Err(error) if reply::says_there_is_none(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn put(
        &self,
        access: &ErpAccess,
        id: Option<&str>,
        document: &OutgoingDocument,
    ) -> Result<Saved, ErpError> {
        let request = PutDocument::of(id, document);
        let reply = self.call(access, Path::V1("put_document"), request).await?;
        let saved = reply.saved();
        saved.ok_or_else(|| unclear("it says that all is well, and names no document"))
    }
}

#[async_trait]
impl Erp for HttpMetakocka {
    async fn get(
        &self,
        access: &ErpAccess,
        document_type: DocumentType,
        id: &str,
    ) -> Result<Option<RemoteDocument>, ErpError> {
        let request = GetDocument::of(document_type, id);
        let found = self.look_up(access, document_type, request).await?;
        if found.as_ref().is_some_and(|document| document.id != id) {
            return Err(unclear("another document came back than was asked for"));
        }
        Ok(found)
    }

    async fn find_order(
        &self,
        access: &ErpAccess,
        buyer_order: &str,
    ) -> Result<Option<RemoteDocument>, ErpError> {
        let order = DocumentType::Order;
        let request = FindOrder::of(buyer_order);
        let found = self.look_up(access, order, request).await?;
        let is_another = |document: &RemoteDocument| {
            // Without a word about it there is no knowing which order this is.
            document.buyer_order.as_deref() != Some(buyer_order.trim())
        };
        if found.as_ref().is_some_and(is_another) {
            return Err(unclear("another order came back than was asked for"));
        }
        Ok(found)
    }

    async fn search(&self, access: &ErpAccess, search: &Search) -> Result<SearchPage, ErpError> {
        let request = SearchDocuments::of(search);
        let reply = self.call(access, Path::V1("search"), request).await?;
        let (rows, total) = reply
            .hits()
            .ok_or_else(|| unclear("it is no list of documents"))?;
        let found = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        // Where it says nothing a full window is not the last one.
        let seen = search.offset.saturating_add(found);
        let assumed = seen.saturating_add(u32::from(found >= search.limit));
        let mut page = SearchPage {
            total: total.unwrap_or(assumed),
            ..SearchPage::default()
        };
        let secret = Secret::new(access);
        for row in rows {
            match document::read(row, search.document_type) {
                Ok(document) => page.documents.push(document),
                Err(mut bad) => {
                    bad.reason = secret.hide(&bad.reason);
                    page.unreadable.push(bad);
                }
            }
        }
        Ok(page)
    }

    async fn create(
        &self,
        access: &ErpAccess,
        document: &OutgoingDocument,
    ) -> Result<Saved, ErpError> {
        self.put(access, None, document).await
    }

    async fn replace(
        &self,
        access: &ErpAccess,
        id: &str,
        document: &OutgoingDocument,
    ) -> Result<Saved, ErpError> {
        let saved = self.put(access, Some(id), document).await?;
        if saved.id != id {
            return Err(unclear("another document was saved than was replaced"));
        }
        Ok(saved)
    }

    async fn warehouses(&self, access: &ErpAccess) -> Result<Vec<String>, ErpError> {
        let path = Path::Json("warehouse_list");
        let reply = self.call(access, path, ListWarehouses::all()).await?;
        let marks = reply.warehouses();
        marks.ok_or_else(|| unclear("it is no list of warehouses"))
    }

    async fn check_access(&self, access: &ErpAccess) -> Result<(), ErpError> {
        self.warehouses(access).await.map(|_| ())
    }
}

/// What the parts of the client hand to one another.
type Fields = serde_json::Map<String, Value>;
