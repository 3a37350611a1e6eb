use std::collections::BTreeSet;

use super::*;
use crate::commands::empty;

/// Routes that serve pages or lead to them.
const UNDOCUMENTED: [&str; 10] = [
    "/",
    "/admin",
    "/admin/",
    "/admin/{*path}",
    "/api/openapi.json",
    "/docs",
    "/docs/",
    "/docs/{*rest}",
    "/socket.io",
    "/socket.io/",
];

/// The paths that a router knows, which it tells nobody but a person who debugs it.
fn paths(router: &Router) -> BTreeSet<String> {
    let shown = format!("{router:?}");
    let (_, shown) = shown.split_once("paths: {").unwrap();
    let (shown, _) = shown.split_once("} }").unwrap();
    shown
        .split('"')
        .filter(|text| text.starts_with('/'))
        .map(str::to_owned)
        .collect()
}

#[tokio::test]
async fn every_route_stands_in_the_document_and_the_other_way_round() {
    let (parts, _folder) = empty().await.unwrap();
    let (router, document) = routes(&parts);
    let mut documented: BTreeSet<_> = document.paths.paths.keys().cloned().collect();
    assert!(documented.len() > 20, "{documented:?}");
    documented.extend(UNDOCUMENTED.map(str::to_owned));
    assert_eq!(paths(&router), documented);
    let partners = &document.paths.paths["/api/partners"];
    assert!(
        partners.get.is_some() && partners.post.is_some(),
        "of two domains"
    );
}

#[tokio::test]
async fn the_document_names_what_it_uses() {
    let (parts, _folder) = empty().await.unwrap();
    let document: serde_json::Value =
        serde_json::from_str(&openapi::pretty(&routes(&parts).1)).unwrap();
    let tags: BTreeSet<_> = document["tags"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| tag["name"].clone().to_string())
        .collect();
    assert_eq!(
        document["components"]["securitySchemes"]["bearer"]["scheme"],
        "bearer"
    );
    let mut ids = BTreeSet::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let name = format!("{method} {path}");
            assert!(
                ids.insert(operation["operationId"].as_str().unwrap()),
                "{name}: the operation id is taken"
            );
            for tag in operation["tags"].as_array().unwrap() {
                assert!(tags.contains(&tag.to_string()), "{name}: {tag}");
            }
        }
    }
}
