//! Products and stock as lines of a file: reading them piece by piece as they come.

use csv_core::{ReadRecordResult, Reader};
use validation::{Money, Text};

use crate::{
    model::{Label, Price, Product, ProductId, Units, VariantKey},
    repository::{ImportLine, ImportProduct, LineError},
};

/// The columns, in the order in which they are written. When read, their order does not matter.
pub(super) const COLUMNS: [&str; 8] = [
    "productId",
    "title",
    "description",
    "price",
    "currency",
    "size",
    "color",
    "stock",
];

/// The longest line, in bytes.
const LONGEST: usize = 64 * 1024;
/// The most columns, those that nobody knows included.
const WIDEST: usize = 64;

/// Why a file cannot be read on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unreadable {
    /// A line is too long, or has too many columns; most likely a quote is missing.
    #[error("is over 64 KiB, or has over 64 columns")]
    TooLong,
    /// The first line does not name the columns.
    #[error("must name the columns, productId among them")]
    NoHead,
}

/// Makes lines of what comes in pieces.
pub(super) struct Lines {
    reader: Reader,
    text: Vec<u8>,
    ends: Vec<usize>,
    length: usize,
    width: usize,
    /// Where the line that is being read begins.
    line: u64,
    head: Option<Head>,
}

/// Where each known column stands.
struct Head([Option<usize>; COLUMNS.len()]);

/// A line, or what is wrong with it.
pub(super) type Parsed = Result<ImportLine, Vec<LineError>>;

impl Lines {
    pub(super) fn new() -> Self {
        Self {
            reader: Reader::new(),
            text: vec![0; LONGEST],
            ends: vec![0; WIDEST],
            length: 0,
            width: 0,
            line: 1,
            head: None,
        }
    }

    /// Reads on; an empty piece is the end. The lines that are complete now stand in `lines`.
    pub(super) fn read(
        &mut self,
        mut piece: &[u8],
        lines: &mut Vec<Parsed>,
    ) -> Result<(), (u64, Unreadable)> {
        let is_end = piece.is_empty();
        loop {
            let (text, ends) = (&mut self.text[self.length..], &mut self.ends[self.width..]);
            let (result, read, length, width) = self.reader.read_record(piece, text, ends);
            piece = &piece[read..];
            self.length += length;
            self.width += width;
            match result {
                ReadRecordResult::InputEmpty if is_end => {}
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {
                    return Err((self.line, Unreadable::TooLong));
                }
                ReadRecordResult::Record => {
                    let parsed = self.take();
                    lines.extend(parsed.map_err(|unreadable| (1, unreadable))?);
                    self.line = self.reader.line();
                    (self.length, self.width) = (0, 0);
                }
                ReadRecordResult::End if self.head.is_none() => {
                    return Err((1, Unreadable::NoHead));
                }
                ReadRecordResult::InputEmpty | ReadRecordResult::End => return Ok(()),
            }
        }
    }

    fn take(&mut self) -> Result<Option<Parsed>, Unreadable> {
        let mut begin = 0;
        let fields: Vec<&[u8]> = self.ends[..self.width]
            .iter()
            .map(|end| &self.text[std::mem::replace(&mut begin, *end)..*end])
            .collect();
        if let Some(head) = &self.head {
            return Ok(Some(head.parse(self.line, &fields)));
        }
        self.head = Some(Head::read(&fields).ok_or(Unreadable::NoHead)?);
        Ok(None)
    }
}

impl Head {
    fn read(fields: &[&[u8]]) -> Option<Self> {
        let names = fields
            .iter()
            .map(|field| str::from_utf8(field).unwrap_or_default());
        let names: Vec<_> = names
            .map(|name| name.trim_start_matches('\u{feff}').trim())
            .collect();
        let places = COLUMNS.map(|column| names.iter().position(|name| *name == column));
        places[0].map(|_| Self(places))
    }

    fn parse(&self, line: u64, fields: &[&[u8]]) -> Parsed {
        let mut fault = Faults {
            line,
            errors: Vec::new(),
        };
        let texts: [Option<&str>; COLUMNS.len()] = std::array::from_fn(|column| {
            let field = *fields.get(self.0[column]?)?;
            let text = fault.check(
                COLUMNS[column],
                str::from_utf8(field).map_err(|_| "must be UTF-8"),
            );
            text.map(str::trim).filter(|text| !text.is_empty())
        });
        let [id, title, description, price, currency, size, color, stock] = texts;
        let product_id = fault.require("productId", id.map(ProductId::parse));
        let product = fault.product(title, description, (price, currency));
        let variant = fault.variant(product_id.as_ref(), (size, color), stock);
        match (product_id, fault.errors.is_empty()) {
            (Some(product_id), true) => Ok(ImportLine {
                line,
                product_id,
                product,
                variant,
            }),
            _ => Err(fault.errors),
        }
    }
}

/// What is wrong with a line.
struct Faults {
    line: u64,
    errors: Vec<LineError>,
}

impl Faults {
    fn note(&mut self, field: &str, error: &impl ToString) {
        self.errors.push(LineError {
            line: self.line,
            field: Some(field.to_owned()),
            error: error.to_string(),
        });
    }

    fn check<T, E: ToString>(&mut self, field: &str, parsed: Result<T, E>) -> Option<T> {
        parsed.map_err(|error| self.note(field, &error)).ok()
    }

    fn require<T, E: ToString>(&mut self, field: &str, parsed: Option<Result<T, E>>) -> Option<T> {
        if parsed.is_none() {
            self.note(field, &"is required");
        }
        self.check(field, parsed?)
    }

    fn product(
        &mut self,
        title: Option<&str>,
        description: Option<&str>,
        (price, currency): (Option<&str>, Option<&str>),
    ) -> Option<ImportProduct> {
        let Some(title) = title else {
            let others = [
                ("description", description),
                ("price", price),
                ("currency", currency),
            ];
            for (field, _) in others.iter().filter(|(_, text)| text.is_some()) {
                self.note(field, &"needs a title beside it");
            }
            return None;
        };
        let title = self.check("title", Text::parse(title));
        let description = description.map(Text::parse);
        let description = description.and_then(|parsed| self.check("description", parsed));
        let amount = self.check("price", Money::parse_amount(price.unwrap_or("0")))?;
        let price = Price::new(amount, currency.unwrap_or(Price::DEFAULT_CURRENCY));
        let price = self.check("price", price)?;
        Some(ImportProduct {
            title: title?,
            description,
            price,
        })
    }

    fn variant(
        &mut self,
        product: Option<&ProductId>,
        (size, color): (Option<&str>, Option<&str>),
        stock: Option<&str>,
    ) -> Option<(VariantKey, Option<Units>)> {
        if size.is_none() && color.is_none() {
            if stock.is_some() {
                self.note("stock", &"needs a size and a color beside it");
            }
            return None;
        }
        let size = self.require("size", size.map(Label::parse));
        let color = self.require("color", color.map(Label::parse));
        let units = |text: &str| {
            let number = text.parse().map_err(|_| crate::model::UnitsError)?;
            Units::new(number)
        };
        let stock = stock.and_then(|text| self.check("stock", units(text)));
        let key = VariantKey {
            product: product?.clone(),
            size: size?,
            color: color?,
        };
        Some((key, stock))
    }
}

/// Products as lines, a line a variant; what is said of a product stands in its first one.
pub(super) fn write(products: &[Product], with_head: bool) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    if with_head {
        writer.write_record(COLUMNS)?;
    }
    for product in products {
        let description = product.description.as_ref().map_or("", Text::as_str);
        let price = product.price.amount().normalize().to_string();
        let said = [
            product.title.as_str(),
            description,
            &price,
            product.price.currency(),
        ];
        let id = product.id.as_str();
        if product.variants.is_empty() {
            writer.write_record([&[id], &said[..], &["", "", ""]].concat())?;
        }
        for (n, variant) in product.variants.iter().enumerate() {
            let said = if n == 0 { said } else { [""; 4] };
            let stock = variant.level.stock().to_string();
            let of_variant = [variant.size.as_str(), variant.color.as_str(), &stock];
            writer.write_record([&[id], &said[..], &of_variant].concat())?;
        }
    }
    writer
        .into_inner()
        .map_err(|error| error.into_error().into())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::product;

    fn read(file: &[u8], piece: usize) -> Result<Vec<Parsed>, (u64, Unreadable)> {
        let (mut lines, mut reader) = (Vec::new(), Lines::new());
        for piece in file.chunks(piece) {
            reader.read(piece, &mut lines)?;
        }
        reader.read(&[], &mut lines)?;
        Ok(lines)
    }

    fn faults(line: &str) -> Vec<(u64, String)> {
        let file = format!("{}\n{line}\n", COLUMNS.join(","));
        let lines = read(file.as_bytes(), 7).unwrap();
        let Err(errors) = &lines[0] else {
            panic!("{lines:?}")
        };
        let fault = |error: &LineError| (error.line, error.field.clone().unwrap());
        errors.iter().map(fault).collect()
    }

    #[test]
    fn what_is_written_is_read_again() {
        let mut written = product(&[("Red", 10, 0), ("Dark \"blue\", new", 0, 0)]);
        written.description = Some(Text::parse("two\nlines, and a comma").unwrap());
        let file = write(&[written.clone(), product(&[])], true).unwrap();
        for piece in [1, 3, 10_000] {
            let lines = read(&file, piece).unwrap();
            let [Ok(first), Ok(second), Ok(third)] = &lines[..] else {
                panic!("{lines:?}")
            };
            let said = first.product.as_ref().unwrap();
            assert_eq!(
                (&said.description, &said.price),
                (&written.description, &written.price)
            );
            assert_eq!((first.line, second.line, third.line), (2, 4, 5));
            let (key, stock) = second.variant.as_ref().unwrap();
            assert_eq!(
                (key.color.as_str(), stock.unwrap().get()),
                ("Dark \"blue\", new", 0)
            );
            assert!(second.product.is_none() && third.variant.is_none());
        }
    }

    #[test]
    fn everything_that_is_wrong_with_a_line_is_named() {
        let field = |name: &str| (2, name.to_owned());
        assert_eq!(faults("a b,,,,,M,Red,1"), [field("productId")]);
        assert_eq!(faults(",T,,1,USD,,,"), [field("productId")]);
        assert_eq!(
            faults("P,,,1,,M,,x"),
            [field("price"), field("color"), field("stock")]
        );
        assert_eq!(
            faults("P,T,,0.001,USD,,,5"),
            [field("price"), field("stock")]
        );
        assert_eq!(faults("P,T,,1,USD,M,Red,-1"), [field("stock")]);
    }

    #[test]
    fn columns_may_stand_in_any_order_and_strangers_are_ignored() {
        let file = "\u{feff}color,shelf,size,stock,productId\r\nRed,A1,M,3,P1\r\n";
        let lines = read(file.as_bytes(), 5).unwrap();
        let line = lines[0].as_ref().unwrap();
        assert_eq!(line.variant.as_ref().unwrap().1.unwrap().get(), 3);
        assert_eq!(read(b"a,b\n1,2\n", 3), Err((1, Unreadable::NoHead)));
        assert_eq!(read(b"", 3), Err((1, Unreadable::NoHead)));
    }

    #[test]
    fn a_quote_that_never_ends_does_not_fill_the_memory() {
        let file = format!("productId\n\"{}", "x".repeat(LONGEST + 1));
        assert_eq!(read(file.as_bytes(), 1_000), Err((2, Unreadable::TooLong)));
    }

    proptest! {
        #[test]
        fn no_bytes_break_the_reader(file in proptest::collection::vec(any::<u8>(), 0..300), piece in 1_usize..20) {
            let _ = read(&file, piece);
            let _ = read(&[b"productId,size,color,stock\n", &file[..]].concat(), piece);
        }
    }
}
