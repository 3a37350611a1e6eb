use serde_json::Value;

use crate::harness::Client;

/// One method of one path in the OpenAPI document.
#[derive(Clone, Debug)]
pub(crate) struct Operation {
    pub(crate) method: String,
    /// With the names of what varies in braces.
    pub(crate) template: String,
    /// Names of the parameters behind the question mark.
    pub(crate) query: Vec<String>,
    /// What the body looks like, where there is one, with references followed.
    pub(crate) body: Option<Value>,
    /// Whether it is said to need a token.
    pub(crate) is_secured: bool,
}

impl Operation {
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.method, self.template)
    }

    /// The names of what varies in the path.
    pub(crate) fn variables(&self) -> Vec<&str> {
        let segments = self.template.split('/');
        segments
            .filter(|segment| segment.starts_with('{'))
            .collect()
    }
}

/// Everything that the OpenAPI document of a running gateway names.
pub(crate) async fn operations(client: &Client) -> Vec<Operation> {
    let document = client.get("/api/openapi.json").await.is(200);
    let paths = document["paths"].as_object().unwrap();
    let operations: Vec<_> = paths
        .iter()
        .flat_map(|(template, methods)| {
            let methods = methods.as_object().unwrap().iter();
            methods.map(|(method, said)| operation(&document, template, method, said))
        })
        .collect();
    assert!(operations.len() > 30, "{operations:?}");
    operations
}

fn operation(document: &Value, template: &str, method: &str, said: &Value) -> Operation {
    let parameters = said["parameters"].as_array().into_iter().flatten();
    let query = parameters
        .filter(|parameter| parameter["in"] == "query")
        .map(|parameter| parameter["name"].as_str().unwrap().to_owned())
        .collect();
    let schema = &said["requestBody"]["content"]["application/json"]["schema"];
    Operation {
        method: method.to_uppercase(),
        template: template.to_owned(),
        query,
        body: (!schema.is_null()).then(|| resolved(document, schema)),
        is_secured: said["security"].is_array(),
    }
}

/// The schema of an object, behind references and choices between it and null.
fn resolved(document: &Value, schema: &Value) -> Value {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = document.pointer(reference.trim_start_matches('#'));
        return resolved(document, target.unwrap());
    }
    let choices = schema["oneOf"].as_array().into_iter().flatten();
    let mut objects = choices.filter(|choice| choice["type"] != "null");
    let schema = objects
        .next()
        .map_or_else(|| schema.clone(), |choice| resolved(document, choice));
    assert!(schema["properties"].is_object(), "{schema}");
    schema
}
