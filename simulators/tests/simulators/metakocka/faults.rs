use chrono::TimeDelta;
use serde_json::{Value, json};

use simulators::metakocka::{Call, Company, Fault};

use super::{COMPANY, KEY, Remote, order};

/// How many documents there are after a put with a fault, and what was answered.
async fn put_with(fault: Fault) -> (usize, reqwest::Result<Value>) {
    let remote = Remote::new().await;
    remote.server.fail(fault);
    let answer = match remote.try_call("v1/put_document", &order("WEB-1")).await {
        Ok(answer) if answer.status() == 200 => answer.json().await,
        Ok(answer) => Ok(json!(answer.status().as_u16())),
        Err(error) => Err(error),
    };
    remote.server.settle().await;
    (remote.server.documents(COMPANY).len(), answer)
}

#[tokio::test]
async fn an_answer_is_lost_after_the_work_is_done() {
    let (documents, answer) = put_with(Fault::lost(Call::PutDocument)).await;
    assert_eq!(documents, 1);
    assert!(!answer.unwrap_err().is_timeout());
    let (documents, answer) = put_with(Fault::bad_gateway(Call::PutDocument)).await;
    assert_eq!((documents, answer.unwrap()), (1, json!(502)));
    let (documents, answer) = put_with(Fault::internal_error(Call::PutDocument)).await;
    assert_eq!((documents, &answer.unwrap()["opr_code"]), (1, &json!("1")));
    let (documents, answer) = put_with(Fault::late(Call::PutDocument, 5_000)).await;
    assert_eq!(documents, 1);
    assert!(answer.unwrap_err().is_timeout());
}

#[tokio::test]
async fn work_goes_on_when_its_caller_has_left() {
    let (documents, answer) = put_with(Fault::slow(Call::PutDocument, 700)).await;
    assert_eq!(documents, 1);
    assert!(answer.unwrap_err().is_timeout());
}

#[tokio::test]
async fn nothing_is_done_where_it_is_down_or_refuses() {
    let (documents, answer) = put_with(Fault::down()).await;
    assert_eq!((documents, answer.unwrap()), (0, json!(503)));
    let refused = Fault::refused(Call::PutDocument, 5, "Quote exceeds");
    let (documents, answer) = put_with(refused).await;
    assert_eq!((documents, &answer.unwrap()["opr_code"]), (0, &json!("5")));
    let other = Fault::lost(Call::PutDocument).company("17");
    let (documents, answer) = put_with(other).await;
    assert_eq!((documents, &answer.unwrap()["opr_code"]), (1, &json!("0")));
}

#[tokio::test]
async fn chances_are_the_same_with_the_same_seed() {
    let remote = Remote::new().await;
    let fault = Fault::refused(Call::GetDocument, 1, "Internal server error.");
    remote.server.fail(fault.chance(0.5));
    let fortune = async || {
        remote.server.seed(7);
        let mut codes = String::new();
        for _ in 0..20 {
            let answer = remote.get("1").await;
            codes.push_str(answer["opr_code"].as_str().unwrap());
        }
        codes
    };
    let first = fortune().await;
    assert!(first.contains('1') && first.contains('2'), "{first}");
    assert_eq!(fortune().await, first);
}

#[tokio::test]
async fn strangers_are_not_let_in() {
    let remote = Remote::new().await;
    let words = "Invalid value for secret_key and company_id";
    for stranger in [json!({"secret_key": "x"}), json!({"company_id": "99"})] {
        let refusal = remote.refusal("v1/search", stranger).await;
        assert_eq!(refusal, ("3".to_owned(), words.to_owned()));
    }
    assert_eq!(remote.server.calls().strangers, 2);
    let (code, words) = remote
        .refusal("v1/search", json!({"secret_key": null}))
        .await;
    assert_eq!(
        (&*code, &*words),
        ("2", "Paramether 'secret_key' is required paramether")
    );
    remote
        .server
        .set_up(COMPANY, |company| company.settings.blocks_address = true);
    assert_eq!(remote.refusal("v1/search", json!({})).await.0, "4");
}

#[tokio::test]
async fn a_quota_holds_for_a_minute() {
    let remote = Remote::with(|settings| settings.quota_per_minute = Some(2)).await;
    let codes = async || {
        let mut codes = Vec::new();
        for _ in 0..3 {
            codes.push(remote.refusal("v1/json/warehouse_list", json!({})).await.0);
        }
        codes
    };
    assert_eq!(codes().await, ["0", "0", "5"]);
    remote.clock.advance(TimeDelta::minutes(1));
    assert_eq!(codes().await, ["0", "0", "5"]);
}

#[tokio::test]
async fn a_new_key_keeps_the_documents() {
    let remote = Remote::new().await;
    remote.put(order("WEB-1")).await;
    remote.server.open(Company::new(COMPANY, "another"));
    assert_eq!(remote.refusal("v1/search", json!({})).await.0, "3");
    assert_eq!(remote.server.documents(COMPANY).len(), 1);
}

#[tokio::test]
async fn a_server_refuses_and_comes_back() {
    let remote = Remote::new().await;
    remote.put(order("WEB-1")).await;
    remote.server.refuse().await;
    let error = remote.try_call("v1/search", &json!({})).await.unwrap_err();
    assert!(error.is_connect(), "{error:?}");
    remote.server.listen().await;
    assert_eq!(
        remote
            .refusal("v1/search", json!({"doc_type": "sales_order"}))
            .await
            .0,
        "0"
    );
}

#[tokio::test]
async fn it_is_changed_over_http_while_it_runs() {
    let remote = Remote::new().await;
    let mk_id = remote.put(order("WEB-1")).await;
    let path = format!("/companies/{COMPANY}/documents/{mk_id}");
    let change = json!({"notes": "by hand", "doc_date": "21.01.2026"});
    assert_eq!(remote.control("PATCH", &path, change).await.0, 200);
    let shown = remote.get(&mk_id).await;
    assert_eq!(
        (&shown["notes"], &shown["sum_all"]),
        (&json!("by hand"), &json!("24.4"))
    );
    assert_eq!(shown["doc_date"], "2026-01-21+02:00");
    let documents = format!("/companies/{COMPANY}/documents");
    let (_, all) = remote.control("GET", &documents, Value::Null).await;
    assert_eq!(all.as_array().unwrap().len(), 1);
    remote.control("POST", &documents, order("SHOP-1")).await;
    assert_eq!(remote.control("DELETE", &path, Value::Null).await.0, 200);
    let fault = json!({"on": "put_document", "trouble": {"damage": {"page": 502}}, "times": 1});
    remote.control("POST", "/faults", fault).await;
    let answer = remote
        .try_call("v1/put_document", &order("WEB-3"))
        .await
        .unwrap();
    assert_eq!(answer.status(), 502);
    let (_, state) = remote.control("GET", "", Value::Null).await;
    assert_eq!(state["companies"][0]["documents"], 2);
    assert_eq!(state["calls"]["byCall"]["put_document"], 2);
    assert!(!state.to_string().contains(KEY));
    let settings = format!("/companies/{COMPANY}/settings");
    remote
        .control("PATCH", &settings, json!({"blocksAddress": true}))
        .await;
    assert_eq!(remote.refusal("v1/search", json!({})).await.0, "4");
    let company = json!({"id": "17", "secretKey": "other"});
    remote.control("PUT", "/companies", company).await;
    let other = json!({"company_id": "17", "secret_key": "other", "doc_type": "sales_order"});
    assert_eq!(remote.refusal("v1/search", other).await.0, "0");
}
