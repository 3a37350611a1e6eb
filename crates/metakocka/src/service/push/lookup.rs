use chrono::TimeDelta;

use super::Work;
use crate::{
    erp::{ErpError, RemoteDocument, Search, SearchFilter, SearchOrder, SearchPage},
    error::SyncError,
    model::DocumentType,
    service::{Metakocka, access::Company, calls::Kind},
};

/// How many windows are read before a look-up gives up without an answer.
const WINDOWS: u32 = 50;

/// What Metakocka has under our key. Anything that leaves a doubt is an error, and nothing is made.
pub(super) enum LookUp {
    Nothing,
    One(Box<RemoteDocument>),
    Several(Vec<String>),
}

impl LookUp {
    fn of(mut found: Vec<RemoteDocument>) -> Self {
        match found.len() {
            0 => Self::Nothing,
            1 => Self::One(Box::new(found.remove(0))),
            _ => Self::Several(found.into_iter().map(|one| one.id).collect()),
        }
    }
}

fn inconclusive(reason: &str) -> SyncError {
    let reason = reason.to_owned();
    ErpError::Unclear { code: None, reason }.into()
}

impl Metakocka {
    /// Looks for a document that an earlier attempt may have made.
    ///
    /// Of orders one call tells clearly that there is none. Everything else is found by a search, whose filter is not
    /// trusted: what it gives is compared.
    pub(super) async fn look_up(
        &self,
        work: &mut Work,
        company: &Company,
    ) -> Result<LookUp, SyncError> {
        let order = work.mapping.buyer_order.clone();
        if work.mapping.document_type != DocumentType::Order {
            return self.look_up_by_search(work, company).await;
        }
        self.keep_lease(work).await?;
        let (access, wanted) = (company.access.clone(), order.clone());
        let found = self
            .0
            .calls
            .make(company, Kind::Call, "find_order", |erp| async move {
                erp.find_order(&access, &wanted).await
            })
            .await?;
        let Some(found) = found else {
            return Ok(LookUp::Nothing);
        };
        if found.buyer_order.as_deref() != Some(&order) {
            return Err(inconclusive("it answered with a document of another order"));
        }
        // Which one it gives where there are several is not known.
        match self.look_up_by_search(work, company).await? {
            LookUp::Several(ids) => Ok(LookUp::Several(ids)),
            LookUp::Nothing | LookUp::One(_) => Ok(LookUp::One(Box::new(found))),
        }
    }

    async fn look_up_by_search(
        &self,
        work: &mut Work,
        company: &Company,
    ) -> Result<LookUp, SyncError> {
        let order = work.mapping.buyer_order.clone();
        let filter = SearchFilter::BuyerOrder(order.clone());
        match self.matches(work, company, (filter, &order)).await {
            Ok(found) => Ok(LookUp::of(found)),
            // It does not know this filter for this type: then all that is new enough to be ours is read.
            Err(SyncError::Erp(ErpError::Refused { .. })) => {
                let found = self.matches(work, company, (SearchFilter::All, &order));
                Ok(LookUp::of(found.await?))
            }
            Err(error) => Err(error),
        }
    }

    /// The documents with our key among those that `filter` finds, the newest first.
    async fn matches(
        &self,
        work: &mut Work,
        company: &Company,
        (filter, order): (SearchFilter, &str),
    ) -> Result<Vec<RemoteDocument>, SyncError> {
        let mut matches = Vec::new();
        // Clocks of two systems differ, and the zone of theirs is not sure.
        let too_old = work.document.created_at - TimeDelta::days(1);
        for window in 0..WINDOWS {
            let search = Search {
                document_type: work.mapping.document_type,
                filter: filter.clone(),
                order: SearchOrder::NewestFirst,
                offset: window * Search::MAX,
                limit: Search::MAX,
            };
            self.keep_lease(work).await?;
            let page = self.search(company, search).await?;
            if !page.unreadable.is_empty() {
                return Err(inconclusive("it found a document that cannot be read"));
            }
            let shown = page.documents.len();
            let is_past =
                |document: &RemoteDocument| document.created_at.is_some_and(|made| made < too_old);
            let has_past = page.documents.iter().any(is_past);
            let mut of_page = page.documents;
            of_page.retain(|document| document.buyer_order.as_deref() == Some(order));
            matches.append(&mut of_page);
            let read = search_end(window, shown);
            if shown == 0 || read >= page.total || has_past && filter == SearchFilter::All {
                return Ok(matches);
            }
        }
        Err(inconclusive("it has too many documents to look through"))
    }

    pub(in crate::service) async fn search(
        &self,
        company: &Company,
        search: Search,
    ) -> Result<SearchPage, SyncError> {
        let access = company.access.clone();
        self.0
            .calls
            .make(company, Kind::Search, "search", |erp| async move {
                erp.search(&access, &search).await
            })
            .await
    }
}

fn search_end(window: u32, shown: usize) -> u32 {
    window * Search::MAX + u32::try_from(shown).unwrap_or(u32::MAX)
}
