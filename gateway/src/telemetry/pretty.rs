use std::fmt;

use api_error::RequestId;
use tracing::{Event, Subscriber};
use tracing_subscriber::{
    fmt::{
        FmtContext, FormatEvent, FormatFields,
        format::{Compact, Format, Writer},
    },
    registry::LookupSpan,
};

/// The library's compact lines, with the id of the request at their end.
#[derive(Clone, Debug)]
pub(super) struct PrettyLines(Format<Compact>);

impl PrettyLines {
    /// With colors where somebody looks at them.
    pub(super) fn new(has_colors: bool) -> Self {
        Self(Format::default().compact().with_ansi(has_colors))
    }
}

impl<S, N> FormatEvent<S, N> for PrettyLines
where
    S: Subscriber + for<'span> LookupSpan<'span>,
    N: for<'writer> FormatFields<'writer> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut line = String::new();
        self.0
            .format_event(context, Writer::new(&mut line), event)?;
        writer.write_str(line.trim_end_matches('\n'))?;
        let with_id = RequestId::with_current(|id| write!(writer, " request_id={}", id.as_str()));
        with_id.unwrap_or(Ok(()))?;
        writer.write_char('\n')
    }
}
