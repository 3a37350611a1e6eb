use crate::{
    node::Node,
    report::{Limit, Row, median},
    seed::Place,
};

const RUNS: usize = 7;

/// How soon a gateway is ready on an empty SQLite, schema included, and how much memory it holds then.
pub(crate) async fn run() -> anyhow::Result<Vec<Row>> {
    let (mut milliseconds, mut megabytes) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let place = Place::empty_sqlite()?;
        let node = Node::start(&place.url()).await?;
        milliseconds.push(node.ready_after.as_secs_f64() * 1000.0);
        megabytes.push(node.memory("VmRSS")?);
    }
    let (ready, idle) = (median(milliseconds), median(megabytes));
    Ok(vec![
        Row {
            what: "start to ready on an empty SQLite, ms".to_owned(),
            measured: format!("{ready:.0} ms"),
            baseline: "–".to_owned(),
            value: ready,
            limit: Limit::AtMost(300.0),
        },
        Row {
            what: "idle memory, MB".to_owned(),
            measured: format!("{idle:.1} MB"),
            baseline: "–".to_owned(),
            value: idle,
            limit: Limit::AtMost(40.0),
        },
    ])
}
