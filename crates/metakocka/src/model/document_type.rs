use std::{fmt, str::FromStr};

/// What a sales document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DocumentType {
    /// An offer.
    Offer,
    /// An order.
    Order,
    /// A bill within the country.
    InvoiceDomestic,
    /// A bill abroad.
    InvoiceForeign,
    /// A bill over the counter.
    InvoiceRetail,
    /// A bill in advance.
    InvoiceAdvance,
    /// A credit note.
    CreditNote,
}

/// A text that names no type of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be one of offer, order, invoice_domestic, invoice_foreign, invoice_retail, invoice_advance, credit_note"
)]
pub struct UnknownDocumentType;

impl DocumentType {
    /// All types.
    pub const ALL: [Self; 7] = [
        Self::Offer,
        Self::Order,
        Self::InvoiceDomestic,
        Self::InvoiceForeign,
        Self::InvoiceRetail,
        Self::InvoiceAdvance,
        Self::CreditNote,
    ];

    /// The name in our contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Offer => "offer",
            Self::Order => "order",
            Self::InvoiceDomestic => "invoice_domestic",
            Self::InvoiceForeign => "invoice_foreign",
            Self::InvoiceRetail => "invoice_retail",
            Self::InvoiceAdvance => "invoice_advance",
            Self::CreditNote => "credit_note",
        }
    }

    /// Metakocka's `doc_type`.
    pub fn remote_name(self) -> &'static str {
        match self {
            Self::Offer => "sales_offer",
            Self::Order => "sales_order",
            Self::InvoiceDomestic => "sales_bill_domestic",
            Self::InvoiceForeign => "sales_bill_foreign",
            Self::InvoiceRetail => "sales_bill_retail",
            Self::InvoiceAdvance => "sales_bill_prepaid",
            Self::CreditNote => "sales_bill_credit_note",
        }
    }

    /// The type that Metakocka calls `name`.
    pub fn of_remote_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|t| t.remote_name() == name)
    }
}

impl fmt::Display for DocumentType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for DocumentType {
    type Err = UnknownDocumentType;

    fn from_str(text: &str) -> Result<Self, UnknownDocumentType> {
        Self::ALL
            .into_iter()
            .find(|t| t.as_str() == text)
            .ok_or(UnknownDocumentType)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_is_read_as_it_is_written_on_both_sides() {
        for document_type in DocumentType::ALL {
            assert_eq!(document_type.as_str().parse(), Ok(document_type));
            let remote = DocumentType::of_remote_name(document_type.remote_name());
            assert_eq!(remote, Some(document_type));
        }
        assert_eq!("invoice".parse::<DocumentType>(), Err(UnknownDocumentType));
    }
}
