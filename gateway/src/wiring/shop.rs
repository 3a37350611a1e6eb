use std::sync::Arc;

use clock::Clock;
use database::Database;
use stock::{
    Combiner, CommandQueue, Expiry, ProductRepository, QueueLimits, SeaProductRepository,
    SeaStockRepository, ShownProducts, Stock, StockParts, StockRepository, ValidationNews,
};

/// Stock, and what works for it beside the requests.
pub(crate) struct Shop {
    pub(crate) stock: Stock,
    pub(crate) combiner: Arc<Combiner>,
    pub(crate) expiry: Arc<Expiry>,
    pub(crate) news: ValidationNews,
    pub(super) shown: ShownProducts,
}

impl Shop {
    /// The stock in `database`.
    pub(crate) fn new(database: &Database, clock: &Arc<dyn Clock>) -> Self {
        let units: Arc<dyn StockRepository> = Arc::new(SeaStockRepository::new(database.clone()));
        let products: Arc<dyn ProductRepository> =
            Arc::new(SeaProductRepository::new(database.clone()));
        let shown = ShownProducts::new(Arc::clone(&products));
        let news = ValidationNews::new(Arc::clone(&units), Arc::clone(clock));
        let (queue, combiner) =
            CommandQueue::new(&units, Arc::clone(clock), QueueLimits::default());
        let stock = Stock::new(StockParts {
            units: Arc::clone(&units),
            products,
            queue,
            shown: shown.clone(),
            news: news.clone(),
            clock: Arc::clone(clock),
        });
        Self {
            stock,
            combiner: Arc::new(combiner),
            expiry: Arc::new(Expiry::new(units, Arc::clone(clock))),
            news,
            shown,
        }
    }
}
