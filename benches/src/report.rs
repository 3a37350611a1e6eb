use std::fmt;

/// One figure with its baseline and its limit.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) what: String,
    pub(crate) measured: String,
    pub(crate) baseline: String,
    /// What is held to the limit: a ratio, or the figure itself.
    pub(crate) value: f64,
    pub(crate) limit: Limit,
}

/// What a value must be.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Limit {
    AtLeast(f64),
    AtMost(f64),
}

impl Row {
    fn is_met(&self) -> bool {
        match self.limit {
            Limit::AtLeast(limit) => self.value >= limit,
            Limit::AtMost(limit) => self.value <= limit,
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtLeast(limit) => write!(f, "≥ {limit}"),
            Self::AtMost(limit) => write!(f, "≤ {limit}"),
        }
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            what,
            measured,
            baseline,
            value,
            limit,
        } = self;
        let verdict = if self.is_met() { "yes" } else { "**no**" };
        write!(
            f,
            "| {what} | {measured} | {baseline} | {value:.2} | {limit} | {verdict} |"
        )
    }
}

/// The table, and the machine it was made on.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) machine: String,
    pub(crate) rows: Vec<Row>,
}

impl Report {
    pub(crate) fn is_met(&self) -> bool {
        self.rows.iter().all(Row::is_met)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "# Benchmarks\n\nMade by `make bench` on {}.",
            self.machine
        )?;
        writeln!(
            f,
            "Figures are medians of interleaved runs; compare ratios, not absolute figures, between machines."
        )?;
        writeln!(
            f,
            "What each row measures, and against what, stands in `benches/README.md`.\n"
        )?;
        writeln!(
            f,
            "| what | measured | baseline | value | limit | met |\n| --- | --- | --- | --- | --- | --- |"
        )?;
        self.rows.iter().try_for_each(|row| writeln!(f, "{row}"))
    }
}

/// The middle one; of an even number, the lower of the two.
pub(crate) fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures
        .get(figures.len().saturating_sub(1) / 2)
        .copied()
        .unwrap_or_default()
}
