//! Lines for spreadsheets.

use bytes::Bytes;

/// Lines of values. What a spreadsheet would take for a formula gets an apostrophe before it: names come from servers
/// that we do not run.
pub(super) fn lines<const N: usize>(
    lines: impl IntoIterator<Item = [String; N]>,
) -> Result<Bytes, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for line in lines {
        let line = line.each_ref().map(|value| harmless(value));
        writer.write_record(line.iter().map(|value| value.as_bytes()))?;
    }
    let bytes = writer.into_inner();
    bytes
        .map(Bytes::from)
        .map_err(|error| error.into_error().into())
}

fn harmless(value: &str) -> std::borrow::Cow<'_, str> {
    let is_phone = |rest: &str| {
        let is_part =
            |c: char| c.is_ascii_digit() || matches!(c, ' ' | '-' | '(' | ')' | '.' | '/');
        !rest.is_empty() && rest.chars().all(is_part)
    };
    let is_formula = match value.chars().next() {
        Some('=' | '@' | '\t' | '\r') => true,
        // +62 812 is no formula.
        Some('+' | '-') => !is_phone(&value[1..]),
        _ => false,
    };
    if is_formula {
        format!("'{value}").into()
    } else {
        value.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_defused_and_phones_are_not() {
        for (given, written) in [
            ("=1+1", "'=1+1"),
            ("@a", "'@a"),
            ("+62 812-333", "+62 812-333"),
            ("+A1", "'+A1"),
            ("-", "'-"),
            ("vendor1@dkm", "vendor1@dkm"),
            ("", ""),
        ] {
            assert_eq!(harmless(given), written);
        }
    }

    #[test]
    fn commas_and_quotes_are_kept() {
        let bytes = lines([["a,b".to_owned(), "\"c\"".to_owned()]]).unwrap();
        assert_eq!(bytes, "\"a,b\",\"\"\"c\"\"\"\n".as_bytes());
    }
}
