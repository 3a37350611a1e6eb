//! `gateway demo`: a small company that exists as long as the process. `serve` reaches nothing of it.

mod company;
mod directory;
mod drive;
mod mishaps;
mod motion;
mod outside;
mod papers;
mod seed;
mod shop;

use std::{
    io::{self, Write as _},
    sync::Arc,
};

use axum::Extension;

use self::{
    company::{ADMIN, CUSTOMERS, DOMAIN, PARTNERS, PASSWORD},
    drive::Drive,
    mishaps::Mishaps,
    motion::Motion,
    outside::Outside,
};
use crate::{
    app::App,
    config::{Config, Source, StartError},
    panel::InDemo,
    server, start, telemetry,
    wiring::Parts,
};

/// What the demo decides by itself, whatever the environment says.
const OWN: [&str; 7] = [
    "METAKOCKA_TEST_MODE",
    "OUTBOUND_BLOCK_PRIVATE",
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
    let outside = Outside::start().await;
    let outside = Arc::new(outside.map_err(|error| StartError::because("127.0.0.1", &error))?);
    let config = Config::read(&|name| match name {
        "DATABASE_URL" => Some(url.clone()),
        // Nobody who tries something here should reach the real one.
        "METAKOCKA_BASE_URL" => Some(outside.erp.url()),
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
    let bookings = seed::company(&parts, &outside).await;
    let bookings = bookings.map_err(|error| StartError::new("demo", format!("{error:#}")))?;
    let sync = parts.users.service.clone();
    let motion = Motion::new(&parts, bookings);
    let drive = Drive::new(parts.realtime.clone());
    let mishaps = Mishaps::new(&parts, Arc::clone(&outside));
    let mut app = App::assemble_with(parts, &config, mishaps.router());
    app.front = app.front.inside(Extension(InDemo));
    app.workers
        .start("demo", move |stop| motion.clone().run(stop));
    app.workers
        .start("demo drive", move |stop| drive.clone().run(stop));
    let others = Arc::clone(&outside);
    app.workers.start("demo directory", move |stop| {
        directory::past(sync.clone(), Arc::clone(&others), stop)
    });
    introduce(&address.to_string(), &outside);
    app.serve(listener).await
}

/// Prints where it is and who can sign in.
fn introduce(address: &str, outside: &Outside) {
    let mut lines = vec![
        format!("Lockstep demo: listening on http://{address}"),
        String::new(),
        format!("  Panel              http://{address}/admin"),
        format!("  API documentation  http://{address}/docs"),
        "  Sign in            with any of these addresses; the panel is for the admin".to_owned(),
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
    lines.push(String::new());
    lines.extend(outside.sites.iter().map(|site| {
        let (name, url) = (site.name, site.server.url());
        format!("  {:<19}{url}", format!("Users of {name}"))
    }));
    lines.push(format!("  {:<19}{}", "Metakocka", outside.erp.url()));
    lines.extend([
        String::new(),
        "One booking moves every few seconds. Ctrl-C ends it, and all data goes.".to_owned(),
    ]);
    let _ = writeln!(io::stdout().lock(), "{}", lines.join("\n"));
}

#[cfg(test)]
mod tests;
