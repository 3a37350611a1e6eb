use database::Backend;
use sea_orm::Value;

/// A small table that a statement is given as parameters: an array a column on Postgres, one JSON text on SQLite.
///
/// Its statement is the same however many rows there are, so both databases keep its plan. Nothing in it is null; what
/// may be missing is an empty text.
#[derive(Clone, Debug)]
pub(super) struct Given {
    columns: Vec<Column>,
}

#[derive(Clone, Debug)]
enum Column {
    Texts(Vec<String>),
    Numbers(Vec<i64>),
}

/// What stands in a column.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Text,
    Number,
}

/// The table `given`, as it stands in a `FROM`: with the column `n`, which counts its rows from 1. Its first parameter
/// is number `first`.
pub(super) fn given(backend: Backend, columns: &[(&str, Kind)], first: usize) -> String {
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
            format!("unnest({arrays}) WITH ORDINALITY AS given ({names}, n)")
        }
        Backend::Sqlite => {
            let column =
                |(n, (name, _)): (usize, &(&str, Kind))| format!("value ->> {n} AS {name}");
            let columns: Vec<_> = columns.iter().enumerate().map(column).collect();
            let columns = columns.join(", ");
            format!("(SELECT {columns}, key + 1 AS n FROM json_each(${first})) AS given")
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

    /// With the columns of another table, which the same statement is given. Each has its own number of rows.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.columns.extend(other.columns);
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
            Backend::Sqlite => values.push(self.json().into()),
        }
        values
    }

    /// An array of rows, each an array of its columns.
    fn json(&self) -> String {
        let rows = self.columns.first().map_or(0, |column| match column {
            Column::Texts(texts) => texts.len(),
            Column::Numbers(numbers) => numbers.len(),
        });
        let cell = |column: &Column, row: usize| match column {
            Column::Texts(texts) => serde_json::Value::from(texts[row].as_str()),
            Column::Numbers(numbers) => numbers[row].into(),
        };
        let row = |row| {
            self.columns
                .iter()
                .map(|column| cell(column, row))
                .collect()
        };
        serde_json::Value::Array((0..rows).map(row).collect()).to_string()
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
