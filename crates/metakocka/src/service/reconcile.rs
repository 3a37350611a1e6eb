use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use rust_decimal::Decimal;
use validation::Currency;

use super::Metakocka;
use crate::{
    erp::{RemoteDocument, Search, SearchFilter, SearchOrder},
    error::SyncError,
    model::{DocumentId, DocumentType, content_of},
    repository::{DocumentTotal, Scope},
};

/// How many documents there are on one side, and what they come to in all, whatever their currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Side {
    /// How many.
    pub count: u64,
    /// Their gross totals.
    pub total: Decimal,
}

impl Side {
    fn add(&mut self, total: Decimal) {
        self.count += 1;
        self.total = self.total.saturating_add(total);
    }
}

/// Both sides on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReconciliationDay {
    /// The date of the documents.
    pub date: NaiveDate,
    /// Here.
    pub crm: Side,
    /// There.
    pub metakocka: Side,
}

/// A document that is not the same on both sides, or is on one only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unequal {
    /// Its date.
    pub date: NaiveDate,
    /// What it is.
    pub document_type: DocumentType,
    /// Its number.
    pub number: Option<String>,
    /// The document here.
    pub document: Option<DocumentId>,
    /// The document there.
    pub metakocka_id: Option<String>,
    /// What it comes to here.
    pub crm_total: Option<Decimal>,
    /// What it comes to there.
    pub metakocka_total: Option<Decimal>,
    /// `missing_in_metakocka`, `missing_in_crm`, `total_differs` or `date_differs`.
    pub reason: &'static str,
}

/// What two sides have of some days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reconciliation {
    /// Day by day.
    pub days: Vec<ReconciliationDay>,
    /// The very documents that differ.
    pub differences: Vec<Unequal>,
}

fn amount(total: &DocumentTotal) -> Decimal {
    let decimals = Currency::parse(&total.currency).map_or(2, Currency::decimals);
    Decimal::new(total.total_minor, decimals)
}

impl Metakocka {
    /// Compares what both sides have of the days from the first to the second.
    pub async fn reconcile(
        &self,
        scope: &Scope,
        (from, to): (NaiveDate, NaiveDate),
    ) -> Result<Reconciliation, SyncError> {
        let ours = self.parts().documents.totals(scope, from, to).await?;
        let theirs = self.remote_between(scope, (from, to)).await?;
        let ids: Vec<_> = theirs.iter().map(|one| one.id.clone()).collect();
        let known = self.parts().books.known_remotes(scope, &ids).await?;
        let mut days: BTreeMap<NaiveDate, (Side, Side)> = BTreeMap::new();
        for total in &ours {
            let day = days.entry(total.document_date).or_default();
            day.0.add(amount(total));
        }
        for remote in &theirs {
            let day = days.entry(remote.document_date).or_default();
            day.1.add(remote.total.unwrap_or_default());
        }
        let mut differences = differences(&ours, &theirs, &known);
        differences.sort_by_key(|one| one.date);
        let days = days
            .into_iter()
            .map(|(date, (crm, metakocka))| ReconciliationDay {
                date,
                crm,
                metakocka,
            });
        Ok(Reconciliation {
            days: days.collect(),
            differences,
        })
    }

    async fn remote_between(
        &self,
        scope: &Scope,
        (from, to): (NaiveDate, NaiveDate),
    ) -> Result<Vec<RemoteDocument>, SyncError> {
        let company = self.ready_company(scope).await?;
        let mut all = Vec::new();
        for document_type in DocumentType::ALL {
            let mut offset = 0;
            loop {
                let filter = match document_type {
                    DocumentType::Offer => SearchFilter::All,
                    _ => SearchFilter::DatedBetween(from, to),
                };
                let search = Search {
                    document_type,
                    filter,
                    order: SearchOrder::OldestFirst,
                    offset,
                    limit: Search::MAX,
                };
                let page = self.search(&company, search).await?;
                let shown = page.documents.len() + page.unreadable.len();
                offset += u32::try_from(shown).unwrap_or(u32::MAX);
                let of_days = page
                    .documents
                    .into_iter()
                    .filter(|one| (from..=to).contains(&one.document_date));
                all.extend(of_days);
                if shown == 0 || offset >= page.total {
                    break;
                }
            }
        }
        Ok(all)
    }
}

/// Ours rounds each line, Metakocka the whole document: where its lines come to our total, the cents between the two
/// are no difference of the documents.
fn is_same_total(remote: &RemoteDocument, total: &DocumentTotal) -> bool {
    let (ours, theirs) = (amount(total), remote.total.unwrap_or_default());
    if ours == theirs {
        return true;
    }
    let Ok(content) = content_of(remote, None) else {
        return false;
    };
    let cents = i64::try_from(content.lines.len()).unwrap_or(i64::MAX);
    let most = Decimal::new(cents, content.currency.decimals());
    content.total() == ours && (theirs - ours).abs() <= most
}

fn differences(
    ours: &[DocumentTotal],
    theirs: &[RemoteDocument],
    known: &HashMap<String, DocumentId>,
) -> Vec<Unequal> {
    let by_id: HashMap<_, _> = theirs.iter().map(|one| (one.id.as_str(), one)).collect();
    let of_ours = ours.iter().filter_map(|total| {
        let remote = total.metakocka_id.as_deref();
        let remote = remote.and_then(|id| by_id.get(id).copied());
        let reason = match remote {
            None => "missing_in_metakocka",
            Some(remote) if remote.document_date != total.document_date => "date_differs",
            Some(remote) if !is_same_total(remote, total) => "total_differs",
            Some(_) => return None,
        };
        Some(Unequal {
            date: total.document_date,
            document_type: total.document_type,
            number: Some(total.number.clone()),
            document: Some(total.id.clone()),
            metakocka_id: total.metakocka_id.clone(),
            crm_total: Some(amount(total)),
            metakocka_total: remote.and_then(|remote| remote.total),
            reason,
        })
    });
    let is_ours = |remote: &&RemoteDocument| {
        let id = known.get(&remote.id);
        id.is_none_or(|id| !ours.iter().any(|total| total.id == *id))
    };
    let of_theirs = theirs.iter().filter(is_ours).map(|remote| Unequal {
        date: remote.document_date,
        document_type: remote.document_type,
        number: remote.number.clone(),
        document: known.get(&remote.id).cloned(),
        metakocka_id: Some(remote.id.clone()),
        crm_total: None,
        metakocka_total: remote.total,
        reason: if known.contains_key(&remote.id) {
            "date_differs"
        } else {
            "missing_in_crm"
        },
    });
    of_ours.chain(of_theirs).collect()
}
