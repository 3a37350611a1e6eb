use std::{
    cell::Cell,
    fmt,
    time::{SystemTime, UNIX_EPOCH},
};

use chrono::{DateTime, SecondsFormat};

/// `2027-01-15T08:00:00`.
const DATE: usize = 19;

thread_local! {
    /// The second that this thread wrote last: a busy thread writes the same one thousands of times.
    static LAST: Cell<(i64, [u8; DATE])> = const { Cell::new((i64::MIN, [0; DATE])) };
}

/// Writes the present moment as RFC 3339 in UTC with microseconds.
pub(super) fn write(writer: &mut impl fmt::Write) -> fmt::Result {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let since = since.unwrap_or_default();
    let second = i64::try_from(since.as_secs()).unwrap_or(i64::MAX);
    let date = LAST.get();
    let date = if date.0 == second {
        date.1
    } else {
        let date = date_of(second);
        LAST.set((second, date));
        date
    };
    writer.write_str(std::str::from_utf8(&date).unwrap_or_default())?;
    let mut fraction = *b".000000Z";
    let mut micros = since.subsec_micros();
    for digit in fraction[1..7].iter_mut().rev() {
        *digit += u8::try_from(micros % 10).unwrap_or_default();
        micros /= 10;
    }
    writer.write_str(std::str::from_utf8(&fraction).unwrap_or_default())
}

fn date_of(second: i64) -> [u8; DATE] {
    let date = DateTime::from_timestamp(second, 0).unwrap_or_default();
    let text = date.to_rfc3339_opts(SecondsFormat::Secs, true);
    let mut bytes = [b'0'; DATE];
    bytes.copy_from_slice(text.as_bytes().get(..DATE).unwrap_or(&[b'0'; DATE]));
    bytes
}

#[cfg(test)]
mod tests {
    use clock::{Clock as _, SystemClock};

    use super::*;

    #[test]
    fn a_moment_is_written_in_full_again_and_again() {
        for _ in 0..3 {
            let mut text = String::new();
            let before = SystemClock.now();
            write(&mut text).unwrap();
            let written = DateTime::parse_from_rfc3339(&text).unwrap();
            assert_eq!((text.len(), &text[10..11], &text[26..]), (27, "T", "Z"));
            let apart = written.to_utc() - before;
            assert!(
                (-1..1_000_000).contains(&apart.num_microseconds().unwrap()),
                "{text}"
            );
        }
    }
}
