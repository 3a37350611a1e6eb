use std::process::Output;

use serde_json::{Value, json};

use crate::process::Place;

fn said(output: &Output) -> String {
    let said = String::from_utf8(output.stdout.clone()).unwrap();
    assert!(
        output.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    said
}

fn refused(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(2));
    String::from_utf8(output.stderr.clone())
        .unwrap()
        .trim_end()
        .to_owned()
}

#[test]
fn it_tells_its_version_and_how_to_use_it() {
    let place = Place::new();
    assert_eq!(
        said(&place.run(&["--version"], &[])),
        concat!("gateway ", env!("CARGO_PKG_VERSION"), "\n")
    );
    let help = said(&place.run(&["--help"], &[]));
    for command in ["serve", "demo", "migrate", "stock", "create-admin"] {
        assert!(help.contains(command), "{help}");
    }
    assert!(!help.contains("openapi"), "{help}");
}

#[test]
fn the_schema_goes_up_and_down_and_up_again() {
    let place = Place::new();
    let migrate = |arguments: &[&str]| said(&place.run(&[&["migrate"], arguments].concat(), &[]));
    assert!(
        migrate(&["status"])
            .lines()
            .all(|line| line.starts_with("missing m"))
    );
    assert!(
        migrate(&["up"])
            .lines()
            .all(|line| line.starts_with("applied m"))
    );
    let down = migrate(&["down", "--steps", "2"]);
    assert_eq!(
        down.lines()
            .filter(|line| line.starts_with("missing "))
            .count(),
        2
    );
    assert_eq!(migrate(&["status"]), down);
    assert!(
        migrate(&["up"])
            .lines()
            .all(|line| line.starts_with("applied m"))
    );
}

#[test]
fn an_admin_is_made_with_a_given_password_or_one_that_is_shown() {
    let place = Place::new();
    let create = |email, password: Option<&str>| {
        let mut arguments = vec!["create-admin", "--email", email];
        arguments.extend(
            password
                .map(|password| ["--password", password])
                .into_iter()
                .flatten(),
        );
        place.run(&arguments, &[])
    };
    let given = said(&create("a@b.c", Some("long enough")));
    assert!(
        given.contains("a@b.c") && !given.contains("long enough"),
        "{given}"
    );
    let made = said(&create("made@b.c", None));
    let (_, password) = made
        .trim_end()
        .split_once("Password, shown only this once: ")
        .unwrap();
    assert_eq!(
        refused(&create("A@B.C", None)),
        "--email: has an account already"
    );
    assert_eq!(
        refused(&create("nobody", None)),
        "--email: must be an e-mail address of at most 254 characters"
    );
    assert_eq!(
        refused(&create("b@b.c", Some("short"))),
        "--password: must have 10 to 128 characters"
    );
    let gateway = place.serve(&[]);
    for (email, password) in [("a@b.c", "long enough"), ("made@b.c", password)] {
        let answer = gateway.post(
            "/api/auth/login",
            None,
            &json!({"email": email, "password": password}),
        );
        assert_eq!(
            (answer.status, &answer.json()["user"]["role"]),
            (200, &json!("admin"))
        );
    }
}

#[test]
fn a_sound_ledger_ends_with_0_and_a_missing_schema_with_2() {
    let place = Place::new();
    let verify = || place.run(&["stock", "verify"], &[]);
    assert!(refused(&verify()).starts_with("AUTO_MIGRATE: "));
    said(&place.run(&["migrate", "up"], &[]));
    assert_eq!(said(&verify()), "0 variants, 0 movements: no difference\n");
}

#[test]
fn the_openapi_document_is_printed() {
    let document: Value =
        serde_json::from_str(&said(&Place::new().run(&["openapi"], &[]))).unwrap();
    assert!(document["paths"]["/bookings"]["get"].is_object());
    assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));
}

#[test]
fn the_demo_says_who_can_sign_in_and_leaves_nothing_behind() {
    let place = Place::new();
    place.make("tmp");
    let temporary = place.path("tmp");
    let refused_by_serve = ("JWT_SECRET", "short");
    let demo = place.start(&["demo"], &[("TMPDIR", &temporary), refused_by_serve]);
    let login = |email: &str| {
        let request = json!({"email": email, "password": "lockstep-demo"});
        demo.post("/api/auth/login", None, &request).json()
    };
    let admin = login("admin@lockstep.demo");
    assert_eq!(
        admin["user"]["organizations"][0]["name"],
        "Obala Field Services"
    );
    let bookings = demo.get("/bookings", admin["accessToken"].as_str()).json();
    assert_eq!(bookings["total"], 25);
    assert_eq!(login("petra@lockstep.demo")["user"]["role"], "partner");
    assert_eq!(login("nina@lockstep.demo")["user"]["role"], "customer");
    demo.signal("TERM");
    let (status, said) = demo.end();
    assert_eq!(status.code(), Some(0));
    for line in [
        "Password of all    lockstep-demo",
        "admin     admin@lockstep.demo",
        "petra@lockstep.demo   (not",
    ] {
        assert!(said.contains(line), "{line} is missing in {said}");
    }
    assert!(!place.holds("data") && place.is_empty("tmp"));
}
