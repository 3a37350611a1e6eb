use std::sync::Mutex;

use clock::FixedClock;

use super::*;
use crate::{
    combiner::{Combiner, QueueLimits},
    model::{Adjustment, Change, Level, LevelError, Problem, ProductEdit, ProductError, Units},
    repository::{
        Adjusted, ImportLine, Imported, LineError, MockProductRepository, MockStockRepository,
        Saved,
    },
    shown::Freshness,
    testing::{actor, label, line, now, product, product_id, unavailable, variant},
};

/// The borders of the service, all of them invented.
#[derive(Default)]
struct Doubles {
    units: MockStockRepository,
    products: MockProductRepository,
}

impl Doubles {
    fn service(self) -> (Stock, ValidationNews, Combiner) {
        let units: Arc<dyn StockRepository> = Arc::new(self.units);
        let products: Arc<dyn ProductRepository> = Arc::new(self.products);
        let clock: Arc<dyn Clock> = Arc::new(FixedClock::at(now()));
        let (queue, combiner) =
            CommandQueue::new(&units, Arc::clone(&clock), QueueLimits::default());
        let news = ValidationNews::new(Arc::clone(&units), Arc::clone(&clock));
        let service = Stock::new(StockParts {
            shown: ShownProducts::new(Arc::clone(&products)),
            news: news.clone(),
            units,
            products,
            queue,
            clock,
        });
        (service, news, combiner)
    }
}

#[tokio::test]
async fn what_is_shown_is_read_once_until_it_is_forgotten() {
    let mut doubles = Doubles::default();
    doubles
        .products
        .expect_find()
        .times(3)
        .returning(|_| Ok(vec![product(&[("Red", 1, 0)])]));
    let (stock, ..) = doubles.service();
    let id = product_id("P1");
    for _ in 0..3 {
        stock.find(&id, Freshness::Recent).await.unwrap();
        stock
            .find_many(std::slice::from_ref(&id), Freshness::Recent)
            .await
            .unwrap();
    }
    stock.find(&id, Freshness::Exact).await.unwrap();
    stock.parts.shown.forget("P1");
    stock.find(&id, Freshness::Recent).await.unwrap();
}

#[tokio::test]
async fn what_is_not_there_or_cannot_be_read_is_asked_for_again() {
    let mut doubles = Doubles::default();
    let answers = Mutex::new(vec![
        Ok(Vec::new()),
        Err(unavailable()),
        Ok(vec![product(&[])]),
    ]);
    doubles
        .products
        .expect_find()
        .times(3)
        .returning(move |_| answers.lock().unwrap().remove(0));
    let (stock, ..) = doubles.service();
    let id = product_id("P1");
    let missing = stock.find(&id, Freshness::Recent).await;
    assert!(matches!(missing, Err(StockError::ProductNotFound(missing)) if missing == id));
    let away = stock.find(&id, Freshness::Recent).await;
    assert!(matches!(away, Err(StockError::Storage(error)) if error.is_unavailable()));
    assert!(stock.find(&id, Freshness::Recent).await.is_ok());
}

#[tokio::test]
async fn a_validation_names_faults_by_their_lines_and_tells_of_the_rest() {
    let mut doubles = Doubles::default();
    doubles
        .products
        .expect_find()
        .returning(|_| Ok(vec![product(&[("Red", 5, 1), ("Blue", 1, 0)])]));
    doubles.units.expect_tell().times(1).returning(|facts, at| {
        assert_eq!((facts.len(), at), (1, now()));
        assert_eq!(
            (facts[0].event, &facts[0].payload["available"]),
            ("STOCK_VALIDATED", &4.into())
        );
        Ok(())
    });
    let (stock, news, _) = doubles.service();
    let asked = [
        None,
        Some(line("Blue", 2)),
        Some(line("Red", 4)),
        Some(line("Green", 1)),
    ];
    let found = stock.validate(&asked, Freshness::Recent).await.unwrap();
    assert_eq!(found.valid, [(2, 4)]);
    let faults: Vec<_> = found
        .faults
        .iter()
        .map(|fault| (fault.line, fault.problem))
        .collect();
    let expected = [
        (0, Problem::MissingFields),
        (1, Problem::InsufficientStock),
        (3, Problem::ColorNotFound),
    ];
    assert_eq!(faults, expected);
    assert_eq!(news.run_once().await.unwrap(), 1);
    assert_eq!(news.run_once().await.unwrap(), 0);
}

#[tokio::test]
async fn nothing_complete_is_asked_nobody() {
    let (stock, ..) = Doubles::default().service();
    let found = stock
        .validate(&[None, None], Freshness::Recent)
        .await
        .unwrap();
    assert_eq!((found.valid.len(), found.faults.len()), (0, 2));
}

#[tokio::test]
async fn a_refused_count_says_why_and_a_missing_variant_what_is_missing() {
    let mut doubles = Doubles::default();
    let refused = Adjusted::Refused(LevelError::BelowReserved { reserved: 2 });
    let answers = Mutex::new(vec![refused, Adjusted::NotFound, Adjusted::NotFound]);
    doubles
        .units
        .expect_adjust()
        .times(3)
        .returning(move |_, _, _| Ok(answers.lock().unwrap().remove(0)));
    let products = Mutex::new(vec![vec![product(&[])], Vec::new()]);
    doubles
        .products
        .expect_find()
        .times(2)
        .returning(move |_| Ok(products.lock().unwrap().remove(0)));
    let (stock, ..) = doubles.service();
    let adjustment = Adjustment {
        variant: variant("Red"),
        change: Change::To(Units::default()),
        reason: None,
    };
    let adjust = async || stock.adjust(&adjustment, &actor()).await;
    assert!(matches!(
        adjust().await,
        Err(StockError::Level(LevelError::BelowReserved { .. }))
    ));
    assert!(matches!(
        adjust().await,
        Err(StockError::VariantNotFound(_))
    ));
    assert!(matches!(
        adjust().await,
        Err(StockError::ProductNotFound(_))
    ));
}

#[tokio::test]
async fn an_edit_is_answered_as_it_was_saved() {
    let mut doubles = Doubles::default();
    let reserved = ProductError::Reserved {
        size: label("M"),
        color: label("Red"),
        reserved: 1,
    };
    let saved = product(&[("Red", 1, 0)]);
    let answers = vec![
        Saved::Done(Box::new(saved.clone())),
        Saved::Refused(reserved.clone()),
        Saved::NotFound,
    ];
    let answers = Mutex::new(answers);
    doubles
        .products
        .expect_edit()
        .times(3)
        .returning(move |_, _, _, _| Ok(answers.lock().unwrap().remove(0)));
    let (stock, ..) = doubles.service();
    let (id, edit, actor) = (product_id("P1"), ProductEdit::default(), actor());
    let edit = async || stock.edit(&id, &edit, &actor).await;
    assert_eq!(edit().await.unwrap(), saved);
    assert!(matches!(edit().await, Err(StockError::Product(error)) if error == reserved));
    assert!(matches!(edit().await, Err(StockError::ProductNotFound(_))));
}

#[tokio::test]
async fn a_search_is_made_of_words_in_lower_case() {
    let mut doubles = Doubles::default();
    doubles
        .products
        .expect_list()
        .times(1)
        .returning(|terms, _| {
            assert_eq!(terms, ["blue", "črn"]);
            Ok((Vec::new(), 0))
        });
    let (stock, ..) = doubles.service();
    let page = validation::Page::default();
    stock.list(Some(" Blue  ČRN "), page).await.unwrap();
}

fn import_line(line: u64) -> ImportLine {
    ImportLine {
        line,
        product_id: product_id("P1"),
        product: None,
        variant: None,
    }
}

#[tokio::test]
async fn a_file_with_a_wrong_line_is_thrown_away() {
    let mut doubles = Doubles::default();
    doubles
        .products
        .expect_stage()
        .times(1)
        .returning(|_, lines, _| {
            assert_eq!(lines.len(), 1_000);
            Ok(())
        });
    doubles
        .products
        .expect_discard()
        .times(1)
        .returning(|_, before| {
            assert!(before < now());
            Ok(())
        });
    let (stock, ..) = doubles.service();
    let mut import = stock.begin_import();
    for line in 0..1_500 {
        import.add(import_line(line)).await.unwrap();
    }
    for line in 1_500..4_000 {
        let error = "is wrong".to_owned();
        import.refuse(LineError {
            line,
            field: None,
            error,
        });
        import.add(import_line(line)).await.unwrap();
    }
    let Imported::Refused(errors, total) = import.finish(&actor()).await.unwrap() else {
        panic!("it is refused")
    };
    assert_eq!((errors.len(), total), (1_000, 2_500));
}

#[tokio::test]
async fn a_count_that_is_done_is_its_level() {
    let mut doubles = Doubles::default();
    let level = Level::stored(3, 1);
    doubles
        .units
        .expect_adjust()
        .returning(move |_, _, _| Ok(Adjusted::Done(level)));
    let (stock, ..) = doubles.service();
    let adjustment = Adjustment {
        variant: variant("Red"),
        change: Change::By(1),
        reason: None,
    };
    assert_eq!(stock.adjust(&adjustment, &actor()).await.unwrap(), level);
}
