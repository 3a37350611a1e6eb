use std::fmt;

use api_error::RequestId;
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    fmt::{
        FmtContext, FormatEvent, FormattedFields,
        format::{JsonFields, Writer},
    },
    registry::LookupSpan,
};

use super::moment;

/// One flat JSON object a line: when, how bad, from where, for which request, what the spans around the event say, and
/// what the event says.
///
/// The library's own JSON reads the fields of every span back and nests them. Here they are copied as they stand, which
/// costs less and puts `request_id` where it is looked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct JsonLines;

impl<S> FormatEvent<S, JsonFields> for JsonLines
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, JsonFields>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let origin = event.metadata();
        writer.write_str("{\"timestamp\":\"")?;
        moment::write(&mut writer)?;
        write!(writer, "\",\"level\":\"{}\"", origin.level())?;
        let mut members = Members::new(writer);
        members.text("target", origin.target());
        RequestId::with_current(|id| members.text("request_id", id.as_str()));
        for span in context.event_scope().into_iter().flatten() {
            if let Some(said) = span.extensions().get::<FormattedFields<JsonFields>>() {
                members.copy(said);
            }
        }
        event.record(&mut members);
        members.end()
    }
}

/// The members of a JSON object that has one already.
struct Members<'a> {
    writer: Writer<'a>,
    written: fmt::Result,
}

impl<'a> Members<'a> {
    fn new(writer: Writer<'a>) -> Self {
        Self {
            writer,
            written: Ok(()),
        }
    }

    fn member(&mut self, name: &str, value: impl FnOnce(&mut Writer<'a>) -> fmt::Result) {
        self.written = self.written.and_then(|()| {
            self.writer.write_char(',')?;
            text(&mut self.writer, name)?;
            self.writer.write_char(':')?;
            value(&mut self.writer)
        });
    }

    fn text(&mut self, name: &str, value: &str) {
        self.member(name, |writer| text(writer, value));
    }

    /// Takes a number or a boolean, which JSON writes as Rust does.
    fn plain(&mut self, name: &str, value: impl fmt::Display) {
        self.member(name, |writer| write!(writer, "{value}"));
    }

    /// Takes over the members of another object, as they stand.
    fn copy(&mut self, object: &str) {
        let inside = object
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'));
        if let Some(members) = inside.filter(|members| !members.is_empty()) {
            self.written = self
                .written
                .and_then(|()| write!(self.writer, ",{members}"));
        }
    }

    fn end(mut self) -> fmt::Result {
        self.written.and_then(|()| self.writer.write_str("}\n"))
    }
}

/// Writes a JSON string. Nearly all text needs no escapes and is written as it is.
fn text(writer: &mut Writer<'_>, value: &str) -> fmt::Result {
    if value.bytes().any(|b| b < b' ' || matches!(b, b'"' | b'\\')) {
        let escaped = serde_json::to_string(value).map_err(|_| fmt::Error)?;
        return writer.write_str(&escaped);
    }
    writer.write_char('"')?;
    writer.write_str(value)?;
    writer.write_char('"')
}

impl Visit for Members<'_> {
    /// JSON has no infinity and no NaN: they are told as text.
    fn record_f64(&mut self, field: &Field, value: f64) {
        if value.is_finite() {
            self.plain(field.name(), value);
        } else {
            self.text(field.name(), &value.to_string());
        }
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.plain(field.name(), value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.plain(field.name(), value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.plain(field.name(), value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.text(field.name(), value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.text(field.name(), &format!("{value:?}"));
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io,
        sync::{Arc, Mutex},
    };

    use axum::http::{HeaderMap, HeaderName, HeaderValue};
    use serde_json::{Value, json};
    use tracing::{info, info_span, subscriber::with_default, warn};
    use tracing_subscriber::{fmt::MakeWriter, layer::SubscriberExt as _};

    use super::*;

    #[derive(Clone, Default)]
    struct Memory(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Memory {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl MakeWriter<'_> for Memory {
        type Writer = Self;

        fn make_writer(&self) -> Self {
            self.clone()
        }
    }

    fn logged(say: impl FnOnce()) -> Vec<Value> {
        let memory = Memory::default();
        let lines = tracing_subscriber::fmt::layer()
            .fmt_fields(JsonFields::new())
            .event_format(JsonLines)
            .with_writer(memory.clone());
        with_default(tracing_subscriber::registry().with(lines), say);
        let written = String::from_utf8(memory.0.lock().unwrap().clone()).unwrap();
        let lines = written.lines();
        lines
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    #[test]
    fn a_line_is_flat_and_has_the_fields_of_the_spans_around_it() {
        let lines = logged(|| {
            let _request = info_span!("request", request_id = %"r-1").entered();
            let _bare = info_span!("bare").entered();
            info!(
                status = 200_u16,
                latency_ms = 0.5,
                ratio = f64::NAN,
                fine = true,
                lag = -3_i64,
                path = "/",
                "request"
            );
        });
        let [line] = lines.as_slice() else {
            panic!("{lines:?}")
        };
        let mut line = line.clone();
        let time = line["timestamp"].take();
        chrono::DateTime::parse_from_rfc3339(time.as_str().unwrap()).unwrap();
        let whole = json!({"timestamp": null, "level": "INFO", "target": module_path!(), "request_id": "r-1",
            "message": "request", "status": 200, "latency_ms": 0.5, "ratio": "NaN", "fine": true, "lag": -3, "path": "/"});
        assert_eq!(line, whole);
    }

    #[test]
    fn a_line_that_is_written_for_a_request_has_its_id() {
        let headers = HeaderMap::from_iter([(
            HeaderName::from_static(RequestId::HEADER),
            HeaderValue::from_static("r-1"),
        )]);
        let lines = logged(|| RequestId::of(&headers).in_scope(|| info!("request")));
        assert_eq!(lines[0]["request_id"], "r-1");
        assert_eq!(logged(|| info!("a worker's"))[0].get("request_id"), None);
    }

    #[test]
    fn nothing_that_is_said_can_break_out_of_its_line() {
        let said = "a\"}\n{\\ \u{0} {} ü 🦀";
        let lines = logged(|| {
            let _span = info_span!("request", request_id = %said).entered();
            warn!(path = said, cause = ?said, "{said}");
        });
        assert_eq!(lines.len(), 1);
        let line = &lines[0];
        for field in ["path", "message"] {
            assert_eq!(line[field], said);
        }
        assert_eq!(line["cause"], format!("{said:?}"));
        assert_eq!(line["request_id"], said);
    }
}
