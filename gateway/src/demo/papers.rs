//! The company's sales documents: some are in Metakocka already, some wait, some stand only there, one is in conflict.

use anyhow::{Context as _, Result, anyhow};
use auth::OrganizationId;
use chrono::{Days, NaiveDate};
use metakocka::{
    Content, CredentialsInput, Customer, DocumentDraft, DocumentError, DocumentId, DocumentNumber,
    DocumentType, Item, Line, LineParts, LineTax, Metakocka, Mode, SalesDocument, Scope, TaxCodes,
};
use outbound::{Reach, RemoteUrl};
use schedule::Schedule;
use serde_json::{Value, json};
use validation::{Currency, Money, Text};

use super::{
    company::{CURRENCY, CUSTOMERS, DOMAIN},
    outside::{ERP_COMPANY, ERP_KEY, Outside},
};

/// A document, dated so many days ago.
struct Paper {
    id: &'static str,
    kind: DocumentType,
    /// Whose, as a place in [`CUSTOMERS`].
    customer: usize,
    days: u64,
    /// Article, how many, the net price of one.
    lines: &'static [(&'static str, &'static str, &'static str)],
}

const fn paper(
    (id, kind): (&'static str, DocumentType),
    customer: usize,
    days: u64,
    lines: &'static [(&'static str, &'static str, &'static str)],
) -> Paper {
    Paper {
        id,
        kind,
        customer,
        days,
        lines,
    }
}

/// The first three are synced, the third of them is then changed on both sides.
const PAPERS: [Paper; 7] = [
    paper(
        ("order-thermostats", DocumentType::Order),
        3,
        12,
        &[("smart-thermostat", "4", "106.00")],
    ),
    paper(
        ("invoice-filters", DocumentType::InvoiceDomestic),
        0,
        9,
        &[
            ("water-filter", "6", "15.20"),
            ("garden-gloves", "2", "12.46"),
        ],
    ),
    paper(
        ("order-lamps", DocumentType::Order),
        4,
        7,
        &[("terrace-lamp", "3", "40.16")],
    ),
    paper(
        ("order-shirts", DocumentType::Order),
        3,
        4,
        &[("work-shirt", "12", "28.61")],
    ),
    paper(
        ("offer-sensors", DocumentType::Offer),
        5,
        3,
        &[("door-sensor", "1", "20.33")],
    ),
    paper(
        ("invoice-gloves", DocumentType::InvoiceDomestic),
        1,
        1,
        &[("garden-gloves", "5", "12.46")],
    ),
    paper(
        ("order-filters", DocumentType::Order),
        2,
        0,
        &[("water-filter", "10", "14.80")],
    ),
];

/// Synced at the start.
const SYNCED: usize = 3;

/// Connects the organization with its company at Metakocka and fills both sides.
pub(super) async fn fill(
    metakocka: &Metakocka,
    outside: &Outside,
    organization: OrganizationId,
    today: NaiveDate,
) -> Result<()> {
    let scope = Scope {
        organization,
        mode: Mode::Live,
    };
    let credentials = CredentialsInput {
        company_id: ERP_COMPANY.to_owned(),
        secret_key: ERP_KEY.into(),
        base_url: Some(RemoteUrl::parse(&outside.erp.url(), Reach::Everywhere)?),
        tax_codes: TaxCodes::default(),
    };
    metakocka.give_credentials(&scope, &credentials).await?;
    for (place, paper) in PAPERS.iter().enumerate() {
        let draft = draft(paper, today).with_context(|| paper.id)?;
        metakocka.create_document(&scope, draft).await?;
        if place < SYNCED {
            let key = scope.key(&DocumentId::parse(paper.id)?);
            metakocka.push(&key).await.with_context(|| paper.id)?;
        }
    }
    let nightly = Schedule::parse("0 2 * * *", "Europe/Ljubljana", metakocka.now())?;
    metakocka.set_schedule(&scope, &nightly).await?;
    disagree(metakocka, outside, &scope).await?;
    for (number, customer) in [
        ("TEL-118", "Marina Bernardin"),
        ("TEL-119", "Vinoteka Bordon"),
    ] {
        let order = by_phone(number, customer, today);
        let made = outside.erp.put(ERP_COMPANY, &order);
        made.map_err(|words| anyhow!("{number}: {words}"))?;
    }
    Ok(())
}

/// Somebody changes a synced document here, and somebody else there.
async fn disagree(metakocka: &Metakocka, outside: &Outside, scope: &Scope) -> Result<()> {
    let key = scope.key(&DocumentId::parse(PAPERS[SYNCED - 1].id)?);
    let here = Text::parse("Deliver to the back door")?;
    let edit = |before: &SalesDocument| -> Result<SalesDocument, DocumentError> {
        let mut after = before.clone();
        after.content.notes = Some(here.clone());
        Ok(after)
    };
    metakocka.change_document(&key, edit).await?;
    let mapping = metakocka.mapping(&key).await?;
    let there = mapping.and_then(|mapping| mapping.metakocka_id);
    let there = there.context("it was not synced")?;
    outside.erp.edit(ERP_COMPANY, &there, |document| {
        let notes = "Customer collects it himself".to_owned();
        document.texts.insert("notes".to_owned(), notes);
    });
    Ok(())
}

fn draft(paper: &Paper, today: NaiveDate) -> Result<DocumentDraft> {
    let customer = &CUSTOMERS[paper.customer];
    let (street, town) = customer.address.split_once(", ").context("no town")?;
    let (post_code, city) = town.split_once(' ').context("no post code")?;
    let lines = paper.lines.iter().map(line);
    Ok(DocumentDraft {
        id: Some(DocumentId::parse(paper.id)?),
        number: None,
        content: Content {
            document_type: paper.kind,
            number: DocumentNumber::Made(Text::parse(paper.id)?),
            customer: Customer {
                name: Text::parse(customer.name)?,
                street: Text::parse(street)?,
                post_code: Text::parse(post_code)?,
                city: Text::parse(city)?,
                country: Text::parse("SI")?,
                tax_number: None,
                email: Some(Text::parse(&format!("{}@{DOMAIN}", customer.id))?),
                phone: Some(Text::parse(customer.phone)?),
                is_company: None,
            },
            lines: lines.collect::<Result<_>>()?,
            currency: Currency::parse(CURRENCY)?,
            document_date: today - Days::new(paper.days),
            due_date: None,
            notes: None,
            warehouse: None,
            delivery_type: None,
        },
        status: Text::parse("open")?,
    })
}

fn line((code, quantity, price): &(&str, &str, &str)) -> Result<Line> {
    let rate = Money::parse_amount("22")?;
    Ok(Line::new(LineParts {
        item: Item::Article {
            code: Text::parse(code)?,
            name: None,
        },
        unit: None,
        quantity: Money::parse_amount(quantity)?,
        unit_price: Money::parse_amount(price)?,
        discount_percent: None,
        tax: LineTax::new(None, Some(rate))?,
    })?)
}

/// An order that somebody wrote into Metakocka itself.
fn by_phone(number: &str, customer: &str, today: NaiveDate) -> Value {
    json!({
        "doc_type": "sales_order",
        "doc_date": today.format("%d.%m.%Y").to_string(),
        "buyer_order": number,
        "partner": {
            "customer": customer,
            "street": "Obala 10",
            "post_number": "6320",
            "place": "Portorož",
            "country": "Slovenia",
        },
        "product_list": [
            {"code": "terrace-lamp", "amount": "2", "price": "40.16", "tax": "EX4"},
        ],
    })
}
