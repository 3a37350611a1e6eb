//! `gateway demo`: a small company that exists as long as the process. `serve` reaches nothing of it.

mod company;
mod motion;
mod seed;
mod shop;

use std::io::{self, Write as _};

use self::{
    company::{ADMIN, CUSTOMERS, DOMAIN, PARTNERS, PASSWORD},
    motion::Motion,
};
use crate::{
    app::App,
    config::{Config, Source, StartError},
    server, start, telemetry,
    wiring::Parts,
};

/// What the demo decides by itself, whatever the environment says.
const OWN: [&str; 5] = [
    "JWT_SECRET",
    "CREDENTIALS_KEY",
    "ADMIN_EMAIL",
    "ADMIN_PASSWORD",
    "REDIS_URL",
];

/// Serves sample data from a database that is gone afterwards.
pub(crate) async fn run(source: Source<'_>) -> Result<(), StartError> {
    let folder = tempfile::tempdir().map_err(|error| StartError::because("TMPDIR", &error))?;
    let url = format!("sqlite://{}/demo.db?mode=rwc", folder.path().display());
    let config = Config::read(&|name| match name {
        "DATABASE_URL" => Some(url.clone()),
        // The sign-ins should not drown in log lines.
        "RUST_LOG" => source(name).or_else(|| Some("warn".to_owned())),
        name if OWN.contains(&name) => None,
        name => source(name),
    })?;
    let _guard = telemetry::start(&config.log)?;
    let listener = server::bind(config.bind_addr).await?;
    let address = listener
        .local_addr()
        .map_err(|error| StartError::because("BIND_ADDR", &error))?;
    let parts = Parts::new(start::database(&config.storage).await?, &config).await?;
    let bookings = seed::company(&parts).await;
    let bookings = bookings.map_err(|error| StartError::new("demo", format!("{error:#}")))?;
    let motion = Motion::new(&parts, bookings);
    let app = App::assemble(parts, &config);
    app.workers
        .start("demo", move |stop| motion.clone().run(stop));
    introduce(&address.to_string());
    app.serve(listener).await
}

/// Prints where it is and who can sign in.
fn introduce(address: &str) {
    let mut lines = vec![
        format!("Lockstep demo: listening on http://{address}"),
        String::new(),
        format!("  API documentation  http://{address}/docs"),
        "  Sign in            POST /api/auth/login {email, password}".to_owned(),
        format!("  Password of all    {PASSWORD}"),
        String::new(),
        format!("  {:<10}{ADMIN}@{DOMAIN}", "admin"),
    ];
    lines.extend(
        CUSTOMERS
            .iter()
            .map(|customer| format!("  {:<10}{}@{DOMAIN}", "customer", customer.id)),
    );
    lines.extend(PARTNERS.iter().map(|partner| {
        let note = if partner.is_approved {
            ""
        } else {
            "   (not approved yet)"
        };
        format!("  {:<10}{}@{DOMAIN}{note}", "partner", partner.id)
    }));
    lines.extend([
        String::new(),
        "One booking moves every few seconds. Ctrl-C ends it, and all data goes.".to_owned(),
    ]);
    let _ = writeln!(io::stdout().lock(), "{}", lines.join("\n"));
}
