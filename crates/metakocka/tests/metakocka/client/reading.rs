use chrono::{TimeZone as _, Utc};
use rust_decimal::Decimal;

use metakocka::{DocumentType, Erp as _, ErpError};
use simulators::metakocka::{Call, Fault};

use super::{COMPANY, Remote, date, order, put_by_hand};

#[tokio::test]
async fn a_document_by_hand_is_read_with_its_net_prices() {
    let remote = Remote::new().await;
    let id = remote.server.put(COMPANY, &put_by_hand("WEB-1")).unwrap();
    let document = remote.read(DocumentType::Order, &id).await;
    assert_eq!(document.document_date, date(2026, 1, 20));
    assert_eq!(document.lines[0].unit_price, Decimal::TEN);
    assert_eq!(document.lines[0].unit.as_deref(), Some("kos"));
    assert_eq!(document.total, Some(Decimal::new(122, 1)));
    assert_eq!((document.status, document.notes), (None, None));
    // Ten on the clocks of Slovenia, in winter.
    let made = Utc.with_ymd_and_hms(2026, 1, 20, 9, 0, 0).single();
    assert_eq!(document.created_at, made);
}

#[tokio::test]
async fn a_list_of_one_may_be_that_one() {
    let remote = Remote::with(|settings| settings.single_as_object = true).await;
    let made = remote.made(&order("LS-1")).await;
    assert_eq!(made.lines.len(), 1);
}

#[tokio::test]
async fn an_emptied_document_has_no_lines_and_no_total() {
    let remote = Remote::new().await;
    let made = remote.made(&order("LS-1")).await;
    remote
        .server
        .edit(COMPANY, &made.id, |document| document.lines.clear());
    let emptied = remote.read(DocumentType::Order, &made.id).await;
    assert_eq!((emptied.lines.len(), emptied.total), (0, None));
}

#[tokio::test]
async fn the_key_of_a_status_is_read_and_not_its_label() {
    let remote = Remote::new().await;
    let made = remote.made(&order("LS-1")).await;
    remote.server.edit(COMPANY, &made.id, |document| {
        document.status = Some("ready_to_ship".to_owned());
    });
    let read = remote.read(DocumentType::Order, &made.id).await;
    assert_eq!(read.status.as_deref(), Some("ready_to_ship"));
}

#[tokio::test]
async fn none_is_only_what_is_clearly_said() {
    let remote = Remote::new().await;
    let made = remote.made(&order("LS-1")).await;
    let get = async |id: &str| {
        let order = DocumentType::Order;
        remote.erp.get(&remote.access, order, id).await
    };
    assert_eq!(get("12345").await, Ok(None));
    let find = async |number: &str| remote.erp.find_order(&remote.access, number).await;
    assert_eq!(find("LS-2").await, Ok(None));
    assert_eq!(find("LS-1").await.unwrap().unwrap().id, made.id);
    // An offer with an order's identity is not there.
    let offer = DocumentType::Offer;
    let offer = remote.erp.get(&remote.access, offer, &made.id).await;
    assert_eq!(offer, Ok(None));
    remote.server.delete(COMPANY, &made.id);
    assert_eq!(get(&made.id).await, Ok(None));
    // Without an id it says nearly the same, and that tells nothing.
    assert!(matches!(get("").await, Err(ErpError::Refused { .. })));
}

#[tokio::test]
async fn any_other_trouble_with_a_look_up_is_no_none() {
    let remote = Remote::new().await;
    for (code, words) in [
        (1, "Internal server error."),
        (2, "Paramether 'doc_type' is required paramether"),
        (3, "Cannot find document"),
        (5, "Quote exceeds"),
        (6, "Cannot find document type sales_order with id = 1"),
        (77, "Cannot find document"),
    ] {
        remote.server.heal();
        remote
            .server
            .fail(Fault::refused(Call::GetDocument, code, words));
        let found = remote.erp.find_order(&remote.access, "LS-1").await;
        assert!(found.is_err(), "{code} {words}");
    }
}

#[tokio::test]
async fn another_order_than_the_one_looked_for_is_no_answer() {
    let remote = Remote::new().await;
    let made = remote.made(&order("ls-1 ")).await;
    assert_eq!(made.buyer_order.as_deref(), Some("ls-1"));
    let found = remote.erp.find_order(&remote.access, "ls-1").await;
    assert_eq!(found.unwrap().unwrap().id, made.id);
}

#[tokio::test]
async fn warehouses_come_from_the_other_family_of_paths() {
    let remote = Remote::new().await;
    let marks = remote.erp.warehouses(&remote.access).await;
    assert_eq!(marks, Ok(vec!["glavno".to_owned(), "trgovina".to_owned()]));
    assert_eq!(remote.server.calls().of(Call::Unknown), 0);
    assert_eq!(remote.erp.check_access(&remote.access).await, Ok(()));
}
