use chrono::{DateTime, TimeDelta, Utc};

use clock::Clock as _;
use metakocka::{DocumentType, Erp as _, ErpError, Search, SearchFilter, SearchOrder, SearchPage};

use super::{COMPANY, Remote, date, order, put_by_hand};

fn orders(filter: SearchFilter) -> Search {
    Search {
        document_type: DocumentType::Order,
        filter,
        order: SearchOrder::OldestFirst,
        offset: 0,
        limit: Search::MAX,
    }
}

async fn search(remote: &Remote, search: &Search) -> SearchPage {
    remote.erp.search(&remote.access, search).await.unwrap()
}

fn numbers(page: &SearchPage) -> Vec<&str> {
    let documents = page.documents.iter();
    documents
        .filter_map(|found| found.buyer_order.as_deref())
        .collect()
}

#[tokio::test]
async fn windows_make_up_the_whole() {
    let remote = Remote::new().await;
    for number in 0..130 {
        let document = put_by_hand(&format!("WEB-{number}"));
        remote.server.put(COMPANY, &document).unwrap();
    }
    let mut wanted = orders(SearchFilter::All);
    let first = search(&remote, &wanted).await;
    assert_eq!((first.documents.len(), first.total), (100, 130));
    wanted.offset = 100;
    let second = search(&remote, &wanted).await;
    assert_eq!(
        (second.documents.len(), numbers(&second)[29]),
        (30, "WEB-129")
    );
    wanted.order = SearchOrder::NewestFirst;
    (wanted.offset, wanted.limit) = (0, 1);
    assert_eq!(numbers(&search(&remote, &wanted).await), ["WEB-129"]);
    wanted.offset = 130;
    let beyond = search(&remote, &wanted).await;
    assert_eq!((beyond.documents.len(), beyond.total), (0, 130));
}

#[tokio::test]
async fn the_order_is_said_for_types_that_have_another_by_themselves() {
    let remote = Remote::new().await;
    for number in ["A", "B"] {
        let mut bill = order(number);
        bill.document_type = DocumentType::InvoiceDomestic;
        remote.made(&bill).await;
    }
    let bills = Search {
        document_type: DocumentType::InvoiceDomestic,
        ..orders(SearchFilter::All)
    };
    assert_eq!(numbers(&search(&remote, &bills).await), ["A", "B"]);
}

#[tokio::test]
async fn all_orders_of_a_number_are_found_and_some_others() {
    let remote = Remote::new().await;
    for number in ["LS-1", "LS-1", "LS-12", "X"] {
        remote.made(&order(number)).await;
    }
    let wanted = orders(SearchFilter::BuyerOrder("LS-1".to_owned()));
    let found = search(&remote, &wanted).await;
    assert_eq!(numbers(&found), ["LS-1", "LS-1", "LS-12"]);
}

#[tokio::test]
async fn changes_are_found_in_winter_as_in_summer() {
    let remote = Remote::new().await;
    for days in [0, 200] {
        remote.clock.advance(TimeDelta::days(days));
        let changed: DateTime<Utc> = remote.clock.now();
        remote.made(&order(&format!("LS-{days}"))).await;
        let span = |from: i64, to: i64| {
            let (from, to) = (TimeDelta::minutes(from), TimeDelta::minutes(to));
            orders(SearchFilter::ChangedBetween(changed + from, changed + to))
        };
        let found = search(&remote, &span(-1, 1)).await;
        assert_eq!(numbers(&found), [format!("LS-{days}")]);
        assert!(search(&remote, &span(1, 120)).await.documents.is_empty());
        assert!(
            search(&remote, &span(-300, -121))
                .await
                .documents
                .is_empty()
        );
    }
}

#[tokio::test]
async fn bills_are_found_by_their_days_and_offers_are_not() {
    let remote = Remote::new().await;
    let mut document = order("B-1");
    let dated = |first, last| SearchFilter::DatedBetween(date(2026, 1, first), date(2026, 1, last));
    document.document_type = DocumentType::InvoiceForeign;
    remote.made(&document).await;
    let bills = |filter| Search {
        document_type: DocumentType::InvoiceForeign,
        ..orders(filter)
    };
    assert_eq!(
        numbers(&search(&remote, &bills(dated(20, 20))).await),
        ["B-1"]
    );
    assert!(numbers(&search(&remote, &bills(dated(21, 31))).await).is_empty());
    let offers = Search {
        document_type: DocumentType::Offer,
        ..orders(dated(1, 31))
    };
    let refused = remote.erp.search(&remote.access, &offers).await;
    assert!(
        matches!(refused, Err(ErpError::Refused { .. })),
        "{refused:?}"
    );
}

#[tokio::test]
async fn one_document_that_cannot_be_read_hides_no_other() {
    let remote = Remote::new().await;
    let bad = remote.made(&order("LS-1")).await;
    remote.made(&order("LS-2")).await;
    remote.server.edit(COMPANY, &bad.id, |document| {
        let texts = &mut document.texts;
        texts.insert("sum_all".to_owned(), "unused".to_owned());
        texts.insert("duo_payment".to_owned(), "soon".to_owned());
    });
    let page = search(&remote, &orders(SearchFilter::All)).await;
    assert_eq!(numbers(&page), ["LS-2"]);
    assert_eq!(
        (&page.unreadable[0].id, &page.unreadable[0].number),
        (&bad.id, &bad.number)
    );
    assert_eq!(page.unreadable[0].reason, "duo_payment is no day: soon");
}

#[tokio::test]
async fn a_single_hit_may_be_no_list() {
    let remote = Remote::with(|settings| settings.single_as_object = true).await;
    remote.made(&order("LS-1")).await;
    let page = search(&remote, &orders(SearchFilter::All)).await;
    assert_eq!((numbers(&page), page.total), (vec!["LS-1"], 1));
}
