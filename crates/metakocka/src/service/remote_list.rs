use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use validation::Page;

use super::Metakocka;
use crate::{
    erp::{RemoteDocument, Search, SearchFilter, SearchOrder, SearchPage},
    error::SyncError,
    model::DocumentType,
    repository::Scope,
};

/// How far two windows of changes overlap: a change that was being written when the first one ended is in the second.
pub(super) const OVERLAP: TimeDelta = TimeDelta::minutes(10);
/// How far in the future documents are dated.
const AHEAD: TimeDelta = TimeDelta::days(366);
/// How long before a change a document may be dated that it is still found, where Metakocka only knows dates.
const BEHIND: TimeDelta = TimeDelta::days(31);

/// Which documents of Metakocka's are asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RemoteQuery {
    /// Of this type.
    pub document_type: Option<DocumentType>,
    /// Changed since then; where Metakocka does not know that, dated since then.
    pub changed_since: Option<DateTime<Utc>>,
}

/// A window of Metakocka's documents that are not in the CRM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteListing {
    /// Those of the window that are not here yet.
    pub documents: Vec<RemoteDocument>,
    /// How many Metakocka has in all windows, here or not.
    pub total: u64,
}

/// How documents of a type are found that changed from one moment to another, or all of them.
pub(super) fn filter(
    document_type: DocumentType,
    from: Option<DateTime<Utc>>,
    (to, behind): (DateTime<Utc>, TimeDelta),
) -> SearchFilter {
    let Some(from) = from else {
        return SearchFilter::All;
    };
    match document_type {
        DocumentType::Order => SearchFilter::ChangedBetween(from, to),
        // It knows neither changes nor dates of them.
        DocumentType::Offer => SearchFilter::All,
        _ => {
            let day = |moment: DateTime<Utc>| -> NaiveDate { moment.date_naive() };
            SearchFilter::DatedBetween(day(from - behind), day(to + AHEAD))
        }
    }
}

pub(super) fn import_filter(
    document_type: DocumentType,
    from: Option<DateTime<Utc>>,
    to: DateTime<Utc>,
) -> SearchFilter {
    filter(document_type, from.map(|from| from - OVERLAP), (to, BEHIND))
}

impl Metakocka {
    /// A window of Metakocka's documents, without those that are in the CRM.
    pub async fn list_remote(
        &self,
        scope: &Scope,
        query: RemoteQuery,
        page: Page,
    ) -> Result<RemoteListing, SyncError> {
        let company = self.ready_company(scope).await?;
        let types = match query.document_type {
            Some(one) => vec![one],
            None => DocumentType::ALL.into(),
        };
        let now = self.now();
        let mut skip = page.offset();
        let mut listing = RemoteListing {
            documents: Vec::new(),
            total: 0,
        };
        let mut wanted = u64::from(page.size());
        for document_type in types {
            // The types stand one behind the other; of those that are not shown only the number is asked.
            let asked = wanted.min(u64::from(Search::MAX));
            let search = Search {
                document_type,
                filter: filter(document_type, query.changed_since, (now, TimeDelta::zero())),
                order: SearchOrder::OldestFirst,
                offset: u32::try_from(skip).unwrap_or(u32::MAX),
                limit: u32::try_from(asked.max(1)).unwrap_or(Search::MAX),
            };
            let found = self.search(&company, search).await?;
            let shown = found.documents.len() + found.unreadable.len();
            let total = u64::from(found.total);
            listing.total += total;
            skip = skip.saturating_sub(total);
            if wanted > 0 {
                wanted = wanted.saturating_sub(u64::try_from(shown).unwrap_or(u64::MAX));
                let unknown = self.unknown(scope, found).await?;
                listing.documents.extend(unknown);
            }
        }
        Ok(listing)
    }

    /// Those of a window that are not in the CRM.
    async fn unknown(
        &self,
        scope: &Scope,
        found: SearchPage,
    ) -> Result<Vec<RemoteDocument>, SyncError> {
        let ids: Vec<_> = found.documents.iter().map(|one| one.id.clone()).collect();
        let known = self.parts().books.known_remotes(scope, &ids).await?;
        let documents = found.documents.into_iter();
        Ok(documents
            .filter(|document| !known.contains_key(&document.id))
            .collect())
    }
}
