use serde_json::json;
use simulators::users::{User, UserServer, people};
use test_support::{TestDatabase, on_both};

use crate::support::App;

on_both!(a_preview_and_a_run_are_files);

#[expect(clippy::too_many_lines, reason = "one story, told line by line")]
async fn a_preview_and_a_run_are_files(database: TestDatabase) {
    let app = App::on(database);
    let server = UserServer::start(people(450)).await.unwrap();
    app.locate(8, &server).await;
    app.sync().await;
    server.edit_users(|users| {
        users.remove(0);
        "=cmd()".clone_into(&mut users[0].name);
        users[1].email = None;
        users.push(User::new(0, "new@dkm").named("A, \"B\""));
    });
    let preview = app.preview().await;
    let id = preview["previewId"].as_str().unwrap();
    let file = app
        .get(&format!("/api/user-sync/previews/{id}/export"))
        .await;
    assert_eq!(file.status, 200);
    let lines: Vec<_> = file.text.lines().collect();
    assert_eq!(lines[0], "group,email,name,phone,role,company,note");
    assert!(
        lines[1].starts_with("new,new@dkm,\"A, \"\"B\"\"\","),
        "{}",
        lines[1]
    );
    assert!(
        lines[2].starts_with("updated,user00449@dkm,'=cmd(),"),
        "{}",
        lines[2]
    );
    assert!(
        lines[3].starts_with("deleted,user00450@dkm,"),
        "{}",
        lines[3]
    );
    assert_eq!(
        lines
            .iter()
            .filter(|line| line.starts_with("unchanged,"))
            .count(),
        447
    );
    assert!(
        lines.last().unwrap().starts_with("invalid,,,,,,row "),
        "{:?}",
        lines.last()
    );
    assert_eq!(lines.len(), 1 + 3 + 447 + 1);
    let done = app.execute(&preview, json!({})).await.is(200);
    let id = done["runId"].as_str().unwrap();
    let file = app.get(&format!("/api/user-sync/runs/{id}/export")).await;
    let lines: Vec<_> = file.text.lines().collect();
    assert_eq!(lines[0], "action,email,name,phone,role,company,changes");
    assert_eq!(lines.len(), 4);
    assert!(
        lines
            .iter()
            .any(|line| line.ends_with("status: active -> inactive"))
    );
    assert_eq!(
        app.get("/api/user-sync/runs/nobody/export").await.status,
        404
    );
}
