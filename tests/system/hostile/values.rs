use serde_json::{Value, json};

/// A value that somebody might send for a field, written as JSON, and what kind it is.
pub(super) struct Hostile {
    pub(super) name: &'static str,
    pub(super) json: String,
    kind: &'static str,
    /// Refused wherever it stands, whatever is expected there.
    is_never_good: bool,
}

fn hostile(name: &'static str, value: &Value) -> Hostile {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    Hostile {
        name,
        json: value.to_string(),
        kind,
        is_never_good: false,
    }
}

fn never_good(name: &'static str, kind: &'static str, json: impl Into<String>) -> Hostile {
    Hostile {
        name,
        json: json.into(),
        kind,
        is_never_good: true,
    }
}

/// What is tried for every field of every body.
pub(super) fn values() -> Vec<Hostile> {
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    vec![
        hostile("null", &Value::Null),
        hostile("a boolean", &json!(true)),
        hostile("a whole number", &json!(7)),
        hostile("a negative number", &json!(-7)),
        hostile("a fraction", &json!(0.1234)),
        hostile("an array", &json!(["x"])),
        hostile("an empty array", &json!([])),
        hostile("an object", &json!({"id": "x"})),
        hostile("an empty text", &json!("")),
        hostile("blanks", &json!(" \t\n")),
        hostile("SQL", &json!("'; DROP TABLE bookings; --")),
        hostile("SQL that is true", &json!("x' OR '1'='1")),
        hostile("a pattern", &json!("%_\\%")),
        hostile("a path", &json!("../../etc/passwd")),
        hostile("markup", &json!("<script>alert(1)</script>")),
        hostile("right to left", &json!("\u{202e}\u{feff}\u{200b}")),
        hostile("beyond the basic plane", &json!("\u{1f600}\u{10ffff}")),
        never_good("NUL", "string", r#""x\u0000y""#),
        never_good("half a surrogate", "string", r#""\ud800""#),
        never_good(
            "a very long text",
            "string",
            format!("{:?}", "x".repeat(100_000)),
        ),
        never_good("10^30", "integer", "1000000000000000000000000000000"),
        never_good("-10^30", "number", "-1e30"),
        never_good("infinity", "number", "1e999"),
        never_good("not a number", "number", "NaN"),
        never_good("deep nesting", "array", deep),
    ]
}

impl Hostile {
    /// Whether what `schema` says of a field leaves nothing but a refusal.
    pub(super) fn must_be_refused(&self, schema: &Value) -> bool {
        let types: Vec<_> = match &schema["type"] {
            Value::Array(types) => types.iter().filter_map(Value::as_str).collect(),
            Value::String(one) => vec![one.as_str()],
            // A choice or a reference: names of something, and null perhaps.
            _ => vec!["string", "null"],
        };
        // Money is read from a text too, and a whole number is a number.
        let is_kin = match self.kind {
            "integer" => types.contains(&"number"),
            // Null is the same as left out where something may be left out, which only the schema's types tell.
            kind => kind == "string" && schema["format"] == "double",
        };
        self.is_never_good || !(types.contains(&self.kind) || is_kin)
    }
}
