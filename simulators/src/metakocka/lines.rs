//! The rows of `product_list`.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::{
    amount::number,
    books::Books,
    company::Product,
    document::{Document, Line},
    opr::{Asked, Opr},
};

/// All rows of a document that is put. Nothing is made before each of them is right.
pub(super) fn read_all(
    books: &mut Books,
    asked: Asked<'_>,
    replaced: Option<&Document>,
) -> Result<Vec<Line>, Opr> {
    // What is not sent at all empties the document, and that is called a success.
    let Some(sent) = asked.list("product_list") else {
        return Ok(Vec::new());
    };
    let has_lines = replaced.is_some_and(|document| !document.lines.is_empty());
    if sent.is_empty() && !has_lines {
        let words = "Naročila ni mogoče shraniti, ker ne vsebuje artiklov";
        return Err(Opr::rule(words));
    }
    let mut rows = Vec::new();
    for each in &sent {
        rows.push(check(books, *each)?);
    }
    Ok(rows.into_iter().map(|row| row.into_line(books)).collect())
}

/// One row that is added to a document.
pub(super) fn read(books: &mut Books, asked: Asked<'_>) -> Result<Line, Opr> {
    Ok(check(books, asked)?.into_line(books))
}

/// A row that is right, of a product that perhaps is still to be made.
struct Row {
    known: Option<(u64, Product)>,
    product: Product,
    line: Line,
}

impl Row {
    fn into_line(self, books: &mut Books) -> Line {
        let (id, product) = match self.known {
            Some(known) => known,
            // Two rows of one document may name the same new product.
            None => books
                .product(|other| other.code == self.product.code && other.name == self.product.name)
                .unwrap_or_else(|| books.add_product(self.product)),
        };
        let mut line = self.line;
        line.row_id = books.new_id();
        line.product = Some((id, format!("PA-{id}")));
        line.code = (!product.code.is_empty()).then_some(product.code);
        line.name = product.name;
        line.unit = product.unit;
        line
    }
}

fn check(books: &Books, asked: Asked<'_>) -> Result<Row, Opr> {
    let code = asked.text("code").or_else(|| asked.text("count_code"));
    let name = asked.short("name", 200)?;
    let known = find(books, code.as_deref(), name.as_deref());
    let product = match &known {
        Some((_, product)) => product.clone(),
        None => unknown(books, asked, code.clone(), name.clone())?,
    };
    let amount = amount(asked, &product)?;
    let discounts = discounts(asked)?;
    let (price, gross) = price(asked)?;
    let (tax, rate) = tax(books, asked, &product)?;
    let texts = ["name_desc", "doc_desc"].into_iter();
    let texts = texts.filter_map(|name| Some((name.to_owned(), asked.text(name)?)));
    let line = Line {
        row_id: 0,
        product: None,
        code: None,
        name: String::new(),
        unit: String::new(),
        amount,
        price,
        gross,
        discounts,
        tax,
        rate,
        texts: texts.collect::<BTreeMap<_, _>>(),
    };
    Ok(Row {
        known,
        product,
        line,
    })
}

/// By its code, or where none is sent by its name. An identity alone finds nothing.
fn find(books: &Books, code: Option<&str>, name: Option<&str>) -> Option<(u64, Product)> {
    match (code, name) {
        (Some(code), _) => books
            .product(|product| product.code == code)
            .or_else(|| by_count_code(books, code)),
        (None, Some(name)) => books.product(|product| product.name == name),
        (None, None) => None,
    }
}

fn by_count_code(books: &Books, count_code: &str) -> Option<(u64, Product)> {
    let id: u64 = count_code.strip_prefix("PA-")?.parse().ok()?;
    let mut products = books.products();
    let (id, product) = products.find(|(known, _)| *known == id)?;
    Some((id, product.clone()))
}

/// A product that nobody knows is made where a unit says in what it is counted.
fn unknown(
    books: &Books,
    asked: Asked<'_>,
    code: Option<String>,
    name: Option<String>,
) -> Result<Product, Opr> {
    let sells_anything = books.company.settings.sells_anything;
    let assumed = (sells_anything && (code.is_some() || name.is_some())).then(|| "kos".to_owned());
    let Some(unit) = asked.text("unit").or(assumed) else {
        let code = code.as_deref().unwrap_or("null");
        let words =
            format!("Product with code {code} not found - unit must be set to add new product");
        return Err(Opr::new(8, words));
    };
    Ok(Product {
        name: name.or_else(|| code.clone()).unwrap_or_default(),
        code: code.unwrap_or_default(),
        unit,
        service: asked.flag("service"),
    })
}

fn amount(asked: Asked<'_>, product: &Product) -> Result<Decimal, Opr> {
    let text = asked.wanted("amount")?;
    let amount = number(&text).ok_or_else(|| Opr::rule("Not valid number for amount"))?;
    let is_coupon = product.service && amount == Decimal::NEGATIVE_ONE;
    if amount <= Decimal::ZERO && !is_coupon {
        return Err(Opr::parameter("Paramether amount must be greater than 0"));
    }
    Ok(amount)
}

fn discounts(asked: Asked<'_>) -> Result<Vec<Decimal>, Opr> {
    let Some(text) = asked.text("discount") else {
        return Ok(Vec::new());
    };
    let percents: Option<Vec<Decimal>> = text.split(';').map(number).collect();
    percents.ok_or_else(|| {
        let words = "Paramether discount must be valid number or numbers separate by semicolon";
        Opr::parameter(words)
    })
}

fn price(asked: Asked<'_>) -> Result<(Decimal, bool), Opr> {
    let (name, gross) = if asked.0.contains_key("price_with_tax") {
        ("price_with_tax", true)
    } else {
        ("price", false)
    };
    let price = match asked.text(name) {
        Some(text) => {
            number(&text).ok_or_else(|| Opr::rule(format!("Not valid number for {name}")))?
        }
        None => Decimal::ZERO,
    };
    Ok((price, gross))
}

/// The tax's code and rate.
fn tax(books: &Books, asked: Asked<'_>, product: &Product) -> Result<(String, Decimal), Opr> {
    let company = &books.company;
    let misleading = "Extra columns not supported yet on SalesOrder Products";
    let factor = asked.text("tax_factor").and_then(|text| number(&text));
    if factor == Some(Decimal::ZERO) && company.settings.refuses_zero_tax_factor {
        return Err(Opr::rule(misleading));
    }
    let code = asked.text("tax");
    let found = company.taxes.iter().find_map(|(known, percent)| {
        let rate = number(percent)? / Decimal::ONE_HUNDRED;
        let is_it = match &code {
            Some(code) => code == known,
            None => factor == Some(rate),
        };
        is_it.then(|| (known.clone(), rate))
    });
    found.ok_or_else(|| {
        let (code, name) = (&product.code, &product.name);
        let words =
            format!("Attribute 'tax' for product with code '{code}' or name '{name}' must be set.");
        Opr::rule(words)
    })
}
