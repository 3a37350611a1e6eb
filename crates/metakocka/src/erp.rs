//! What we need of the ERP: one method is one call over the network.

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use outbound::RemoteUrl;
use rust_decimal::Decimal;
use secrecy::SecretString;

use crate::model::DocumentType;

/// Where the ERP is, and who we are there.
#[derive(Clone, Debug)]
pub struct ErpAccess {
    /// Scheme, host, port and perhaps a path; the paths of the API come behind it.
    pub base_url: RemoteUrl,
    /// The company, public.
    pub company_id: String,
    /// Its key. It is in the body of every call and belongs nowhere else.
    pub secret_key: SecretString,
}

/// A company's sales documents in its ERP.
///
/// No method repeats a call, takes longer than the client's time limit, or limits how many run at once: its caller does.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait Erp: Send + Sync {
    /// The document with this id; `None` only where the ERP says clearly that there is none.
    async fn get(
        &self,
        access: &ErpAccess,
        document_type: DocumentType,
        id: &str,
    ) -> Result<Option<RemoteDocument>, ErpError>;

    /// The order with this `buyer_order`; `None` only where the ERP says clearly that there is none.
    ///
    /// Which one it gives where there are several is not known: a [`search`](Self::search) shows them all.
    async fn find_order(
        &self,
        access: &ErpAccess,
        buyer_order: &str,
    ) -> Result<Option<RemoteDocument>, ErpError>;

    /// One window of the documents that a search finds. The ERP runs one search of a company at a time.
    async fn search(&self, access: &ErpAccess, search: &Search) -> Result<SearchPage, ErpError>;

    /// Makes a document. There is no key that keeps a second call from making a second document.
    ///
    /// Any error but [`ErpError::is_nothing_saved`] leaves open whether it was made.
    async fn create(
        &self,
        access: &ErpAccess,
        document: &OutgoingDocument,
    ) -> Result<Saved, ErpError>;

    /// Replaces the document `id`, lines and all. Twice the same has the effect of once.
    async fn replace(
        &self,
        access: &ErpAccess,
        id: &str,
        document: &OutgoingDocument,
    ) -> Result<Saved, ErpError>;

    /// The marks of all warehouses: an unknown one is replaced by the company's default without a word.
    async fn warehouses(&self, access: &ErpAccess) -> Result<Vec<String>, ErpError>;

    /// Asks for something harmless, to learn whether the key is good.
    async fn check_access(&self, access: &ErpAccess) -> Result<(), ErpError>;
}

/// A document on its way to the ERP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutgoingDocument {
    /// What it is.
    pub document_type: DocumentType,
    /// What we find it by: `buyer_order`, at most 30 characters.
    pub buyer_order: String,
    /// Its number (`count_code`, at most 30 characters); `None` leaves it to the company's numbering.
    pub number: Option<String>,
    /// Its date, a day of the calendar and not an instant.
    pub document_date: NaiveDate,
    /// When it is to be paid.
    pub due_date: Option<NaiveDate>,
    /// ISO 4217.
    pub currency: String,
    /// Free text.
    pub notes: Option<String>,
    /// The key of a status that the company knows, as it is sent (`status_desc` of answers).
    pub status: Option<String>,
    /// The mark of a warehouse.
    pub warehouse: Option<String>,
    /// How it is delivered, by a text of the company's register.
    pub delivery_type: Option<String>,
    /// Who buys.
    pub customer: OutgoingCustomer,
    /// What is sold; never empty, or the ERP would empty the document and say that all is well.
    pub lines: Vec<OutgoingLine>,
}

/// Who buys, on the way to the ERP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutgoingCustomer {
    /// Name.
    pub name: String,
    /// Street and number.
    pub street: String,
    /// Post code.
    pub post_code: String,
    /// City.
    pub city: String,
    /// ISO 3166 alpha-2, or a name.
    pub country: String,
    /// Tax number.
    pub tax_number: Option<String>,
    /// E-mail.
    pub email: Option<String>,
    /// Phone.
    pub phone: Option<String>,
    /// Whether it is a company (`business_entity`).
    pub is_company: bool,
}

/// A line on its way to the ERP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutgoingLine {
    /// What is sold.
    pub item: OutgoingItem,
    /// How many, above 0.
    pub quantity: Decimal,
    /// The net price of one.
    pub unit_price: Decimal,
    /// Percent off, 0 to 100.
    pub discount_percent: Option<Decimal>,
    /// Which tax.
    pub tax: Tax,
}

/// What a line sells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutgoingItem {
    /// An article that the ERP knows. Its unit is never sent: an unknown code with a unit would make an article.
    Article(String),
    /// Something without a code.
    Named {
        /// Its name.
        name: String,
        /// Its unit.
        unit: String,
    },
}

/// The tax of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tax {
    /// A code of the company, such as `EX4` or `000`.
    Code(String),
    /// A rate in percent: 22 goes out as `tax_factor` 0.22.
    Percent(Decimal),
}

/// What the ERP says after it saved a document. It says so also where it saved something else than was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    /// Its id (`mk_id`).
    pub id: String,
    /// Its number (`count_code`).
    pub number: Option<String>,
}

/// A document as it stands in the ERP. Dates are days of the calendar, decimals exact, blank texts are `None`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteDocument {
    /// Its id (`mk_id`).
    pub id: String,
    /// Its number (`count_code`).
    pub number: Option<String>,
    /// What it is.
    pub document_type: DocumentType,
    /// The customer's order number: ours, where we made it.
    pub buyer_order: Option<String>,
    /// Its date.
    pub document_date: NaiveDate,
    /// When it is to be paid.
    pub due_date: Option<NaiveDate>,
    /// ISO 4217.
    pub currency: Option<String>,
    /// Free text.
    pub notes: Option<String>,
    /// The key of its status (`status_desc`; where that is missing, `status_code`).
    pub status: Option<String>,
    /// The mark of its warehouse.
    pub warehouse: Option<String>,
    /// How it is delivered.
    pub delivery_type: Option<String>,
    /// Who buys.
    pub customer: RemoteCustomer,
    /// What is sold; none where the ERP shows none.
    pub lines: Vec<RemoteLine>,
    /// The gross total (`sum_all`); `None` where nothing was summed.
    pub total: Option<Decimal>,
    /// When it was made (`created_ts`), where that can be read.
    pub created_at: Option<DateTime<Utc>>,
}

/// Who buys, as the ERP has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RemoteCustomer {
    /// Name.
    pub name: Option<String>,
    /// Street, with its number.
    pub street: Option<String>,
    /// Post code.
    pub post_code: Option<String>,
    /// City.
    pub city: Option<String>,
    /// The country's name.
    pub country: Option<String>,
    /// The country's code, ISO 3166 alpha-2.
    pub country_code: Option<String>,
    /// Tax number.
    pub tax_number: Option<String>,
    /// E-mail.
    pub email: Option<String>,
    /// Phone.
    pub phone: Option<String>,
    /// Whether it is a company.
    pub is_company: Option<bool>,
}

/// A line as the ERP has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteLine {
    /// The article's code; rows of free text have none.
    pub code: Option<String>,
    /// Its name, or its text.
    pub name: Option<String>,
    /// Its unit.
    pub unit: Option<String>,
    /// How many.
    pub quantity: Decimal,
    /// The net price of one.
    pub unit_price: Decimal,
    /// Percent off; several one after the other (`"22;23"`) are shown as the one that they make together.
    pub discount_percent: Option<Decimal>,
    /// The code of its tax.
    pub tax_code: Option<String>,
    /// The rate of its tax in percent (`tax_factor` 0.22 is 22), where the ERP shows it.
    pub tax_percent: Option<Decimal>,
}

/// What is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    /// Of which type.
    pub document_type: DocumentType,
    /// Which of them.
    pub filter: SearchFilter,
    /// In which order of their ids.
    pub order: SearchOrder,
    /// How many to leave out.
    pub offset: u32,
    /// How many at most: 1 to [`Search::MAX`].
    pub limit: u32,
}

impl Search {
    /// The largest window that the ERP gives.
    pub const MAX: u32 = 100;
}

/// Which documents are looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SearchFilter {
    /// All of them.
    All,
    /// Those with this `buyer_order` (`customer_order`). The ERP may find more than those: compare.
    BuyerOrder(String),
    /// Those that changed from the first moment to the second. The ERP knows that of orders only.
    ChangedBetween(DateTime<Utc>, DateTime<Utc>),
    /// Those dated from the first day to the second, both included. The ERP does not know that of offers.
    DatedBetween(NaiveDate, NaiveDate),
}

/// In which order documents are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SearchOrder {
    /// The oldest id first.
    OldestFirst,
    /// The newest id first.
    NewestFirst,
}

/// A window of what was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchPage {
    /// The documents, whole.
    pub documents: Vec<RemoteDocument>,
    /// Documents of the window that cannot be read: one of them hides no other.
    pub unreadable: Vec<Unreadable>,
    /// How many are found in all windows.
    pub total: u32,
}

/// A document that the ERP shows and that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Its id.
    pub id: String,
    /// Its number.
    pub number: Option<String>,
    /// What is wrong with it.
    pub reason: String,
}

/// A document that is named by an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteRef {
    /// Its id.
    pub id: String,
    /// Its number.
    pub number: Option<String>,
}

/// Why a call has no answer that can be used, by what follows from it. No text in it holds the key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ErpError {
    /// The ERP refuses for good, and saved nothing: codes 2, 6 and 8.
    #[error("Metakocka refuses: {words}")]
    Refused {
        /// Its code.
        code: String,
        /// Its words: `opr_desc_app`, or else `opr_desc`.
        words: String,
        /// The documents that have this `buyer_order` already (`duplicate_doc_list`).
        duplicates: Vec<RemoteRef>,
    },
    /// It does not take the key, or not from this address: codes 3 and 4. Nothing was saved.
    #[error("Metakocka does not accept the credentials: {words}")]
    Credentials {
        /// Its code.
        code: String,
        /// Its words.
        words: String,
    },
    /// Too many calls: code 5, or the status 429. Nothing was saved.
    #[error("Metakocka limits the number of calls: {words}")]
    Quota {
        /// Its words.
        words: String,
    },
    /// No connection came about: nothing was sent.
    #[error("Metakocka cannot be reached: {reason}")]
    Unreachable {
        /// Why, without the address.
        reason: String,
    },
    /// The time was over. Whether the call was done, or will be, is open.
    #[error("Metakocka did not answer in time")]
    TimedOut,
    /// It was sent, and what came back tells nothing: a dropped connection, 5xx, HTML, half an answer, code 1 or any
    /// other code. Whether the call was done is open.
    #[error("Metakocka gave no answer that can be used: {reason}")]
    Unclear {
        /// Its code, if it had one.
        code: Option<String>,
        /// What came back, in a few words.
        reason: String,
    },
}

impl ErpError {
    /// Whether it is sure that the call saved nothing.
    pub fn is_nothing_saved(&self) -> bool {
        match self {
            Self::Refused { .. }
            | Self::Credentials { .. }
            | Self::Quota { .. }
            | Self::Unreachable { .. } => true,
            Self::TimedOut | Self::Unclear { .. } => false,
        }
    }

    /// The code that the ERP gave.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Refused { code, .. } | Self::Credentials { code, .. } => Some(code),
            Self::Quota { .. } => Some("5"),
            Self::Unclear { code, .. } => code.as_deref(),
            Self::Unreachable { .. } | Self::TimedOut => None,
        }
    }
}
