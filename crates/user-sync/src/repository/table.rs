use database::Backend;
use sea_orm::Value;

/// A small table that a statement is given as parameters: an array a column on Postgres, a value each on SQLite, which
/// takes four times as long to find its way through JSON.
///
/// The statement for so many rows is always the same, so both databases keep its plan. Nothing in it is null; what may be
/// missing is an empty text.
#[derive(Clone, Debug)]
pub(super) struct Given {
    columns: Vec<Column>,
}

#[derive(Clone, Debug)]
enum Column {
    Texts(Vec<String>),
    Numbers(Vec<i64>),
}

/// How many rows a statement is given at most. SQLite takes 32,766 parameters, and keeps statements that are not too long.
pub(super) fn most_rows(backend: Backend) -> usize {
    match backend {
        Backend::Postgres => 1_000,
        Backend::Sqlite => 100,
    }
}

/// What stands in a column.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Text,
    Number,
}

/// The table `given` of so many rows, as it stands in a `FROM`. Its first parameter is number `first`.
pub(super) fn given(
    backend: Backend,
    columns: &[(&str, Kind)],
    (first, rows): (usize, usize),
) -> String {
    match backend {
        Backend::Postgres => {
            let array = |(n, (_, kind)): (usize, &(&str, Kind))| {
                let kind = match kind {
                    Kind::Text => "TEXT[]",
                    Kind::Number => "BIGINT[]",
                };
                format!("CAST(${} AS {kind})", first + n)
            };
            let arrays: Vec<_> = columns.iter().enumerate().map(array).collect();
            let names: Vec<_> = columns.iter().map(|(name, _)| *name).collect();
            let (arrays, names) = (arrays.join(", "), names.join(", "));
            format!("unnest({arrays}) AS given ({names})")
        }
        Backend::Sqlite => {
            let width = columns.len();
            let row = |row: usize| {
                let start = first + row * width;
                let cells: Vec<_> = (start..start + width).map(|n| format!("${n}")).collect();
                format!("({})", cells.join(", "))
            };
            let rows: Vec<_> = (0..rows).map(row).collect();
            let name =
                |(n, (name, _)): (usize, &(&str, Kind))| format!("column{} AS {name}", n + 1);
            let names: Vec<_> = columns.iter().enumerate().map(name).collect();
            let (rows, names) = (rows.join(", "), names.join(", "));
            format!("(SELECT {names} FROM (VALUES {rows})) AS given")
        }
    }
}

impl Given {
    /// An empty table.
    pub(super) fn new() -> Self {
        Self {
            columns: Vec::new(),
        }
    }

    /// With a further column of texts.
    pub(super) fn texts<'a>(mut self, values: impl IntoIterator<Item = &'a str>) -> Self {
        let values = values.into_iter().map(str::to_owned).collect();
        self.columns.push(Column::Texts(values));
        self
    }

    /// With a further column of numbers.
    pub(super) fn numbers(mut self, values: impl IntoIterator<Item = i64>) -> Self {
        let values = values.into_iter().collect();
        self.columns.push(Column::Numbers(values));
        self
    }

    /// The parameters, behind those in `before`.
    pub(super) fn values(
        self,
        backend: Backend,
        before: impl IntoIterator<Item = Value>,
    ) -> Vec<Value> {
        let mut values: Vec<Value> = before.into_iter().collect();
        match backend {
            Backend::Postgres => {
                values.extend(self.columns.into_iter().map(|column| match column {
                    Column::Texts(texts) => Value::from(texts),
                    Column::Numbers(numbers) => Value::from(numbers),
                }));
            }
            Backend::Sqlite => self.cells(&mut values),
        }
        values
    }

    /// Row by row.
    fn cells(self, values: &mut Vec<Value>) {
        let mut columns: Vec<Box<dyn Iterator<Item = Value>>> = Vec::new();
        for column in self.columns {
            columns.push(match column {
                Column::Texts(texts) => Box::new(texts.into_iter().map(Value::from)),
                Column::Numbers(numbers) => Box::new(numbers.into_iter().map(Value::from)),
            });
        }
        loop {
            let before = values.len();
            values.extend(columns.iter_mut().filter_map(Iterator::next));
            if values.len() == before {
                return;
            }
        }
    }
}

/// Whether `column` is one of the texts in parameter `parameter`, which [`list`] makes.
pub(super) fn any(backend: Backend, column: &str, parameter: usize) -> String {
    match backend {
        Backend::Postgres => format!("{column} = ANY(CAST(${parameter} AS TEXT[]))"),
        Backend::Sqlite => format!("{column} IN (SELECT value FROM json_each(${parameter}))"),
    }
}

/// Texts as one parameter.
pub(super) fn list<'a>(backend: Backend, texts: impl Iterator<Item = &'a str>) -> Value {
    match backend {
        Backend::Postgres => Value::from(texts.map(str::to_owned).collect::<Vec<_>>()),
        Backend::Sqlite => texts.collect::<serde_json::Value>().to_string().into(),
    }
}
