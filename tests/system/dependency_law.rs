//! Domains know the foundation and nobody else; the foundation knows nobody above it; one crate knows them all.

use std::{collections::BTreeSet, fs, process::Command};

use serde_json::Value;

const DOMAINS: [&str; 6] = [
    "accounts",
    "bookings-sync",
    "metakocka",
    "realtime",
    "stock",
    "user-sync",
];
const FOUNDATION: [&str; 9] = [
    "api-error",
    "auth",
    "clock",
    "credentials",
    "database",
    "outbound",
    "outbox",
    "schedule",
    "validation",
];
/// Which of our crates those know that are neither, nor the gateway.
const OTHERS: [(&str, &[&str]); 5] = [
    ("migrations", &["database"]),
    ("test-support", &["database", "migrations"]),
    ("simulators", &["clock", "outbound"]),
    ("benches", &["simulators", "test-support"]),
    ("system-tests", &["outbound", "simulators", "test-support"]),
];

fn packages() -> Vec<Value> {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--no-deps",
            "--offline",
            "--format-version",
            "1",
            "--manifest-path",
        ])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

fn name(package: &Value) -> &str {
    package["name"].as_str().unwrap()
}

/// Which of our own crates a package needs: to be built, or for its tests.
fn own_dependencies(package: &Value, for_tests: bool) -> BTreeSet<String> {
    let all = package["dependencies"].as_array().unwrap().iter();
    let own = all.filter(|dependency| dependency["path"].is_string());
    own.filter(|dependency| (dependency["kind"] == "dev") == for_tests)
        .map(|dependency| name(dependency).to_owned())
        .collect()
}

#[test]
fn domains_depend_on_the_foundation_and_on_nobody_else() {
    for package in packages() {
        if DOMAINS.contains(&name(&package)) {
            let needs = own_dependencies(&package, false);
            let strange: Vec<_> = needs
                .iter()
                .filter(|needed| !FOUNDATION.contains(&needed.as_str()))
                .collect();
            assert!(
                strange.is_empty(),
                "{} depends on {strange:?}",
                name(&package)
            );
        }
    }
}

#[test]
fn the_foundation_depends_on_nothing_above_it_and_not_in_a_circle() {
    let packages = packages();
    let mut known = BTreeSet::new();
    let mut left: Vec<_> = packages
        .iter()
        .filter(|package| FOUNDATION.contains(&name(package)))
        .collect();
    // What depends only on what is known already becomes known.
    while !left.is_empty() {
        let (next, rest): (Vec<_>, Vec<_>) = left
            .into_iter()
            .partition(|package| own_dependencies(package, false).is_subset(&known));
        let stuck: Vec<_> = rest.iter().map(|package| name(package)).collect();
        assert!(
            !next.is_empty(),
            "{stuck:?} depend on each other or on something above them"
        );
        known.extend(next.iter().map(|package| name(package).to_owned()));
        left = rest;
    }
}

#[test]
fn every_crate_has_its_place() {
    for package in packages() {
        let name = name(&package);
        if name == "gateway" || DOMAINS.contains(&name) || FOUNDATION.contains(&name) {
            continue;
        }
        let place = OTHERS.iter().find(|(other, _)| *other == name);
        let (_, may) = place.unwrap_or_else(|| panic!("{name} has no place in the law"));
        let needs = [false, true].map(|for_tests| own_dependencies(&package, for_tests));
        let may: BTreeSet<_> = may.iter().map(|may| (*may).to_owned()).collect();
        for needs in needs {
            if name != "migrations" || !needs.contains("test-support") {
                assert!(needs.is_subset(&may), "{name} depends on {needs:?}");
            }
        }
    }
}

#[test]
fn tests_meet_no_other_domain_and_not_the_gateway() {
    for package in packages() {
        let (name, needs) = (name(&package), own_dependencies(&package, true));
        let strange: Vec<_> = needs
            .iter()
            .filter(|needed| DOMAINS.contains(&needed.as_str()) || *needed == "gateway")
            .collect();
        assert!(
            strange.is_empty() || name == "gateway",
            "the tests of {name} need {strange:?}"
        );
    }
}

#[test]
fn every_crate_obeys_the_lints_of_the_house() {
    for package in packages() {
        let manifest = fs::read_to_string(package["manifest_path"].as_str().unwrap()).unwrap();
        let lines: Vec<_> = manifest.lines().map(str::trim).collect();
        let obeys = lines
            .windows(2)
            .any(|pair| pair == ["[lints]", "workspace = true"])
            || lines.contains(&"lints.workspace = true");
        assert!(obeys, "{} has lints of its own", name(&package));
    }
}
