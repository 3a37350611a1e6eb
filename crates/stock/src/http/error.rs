use std::time::Duration;

use api_error::{ApiError, Code};
use validation::Violations;

use super::wire::fault;
use crate::{
    error::{Refused, StockError},
    model::{Basket, LineFault, Problem, ProductError, Refusal},
};

/// When to come again where too many are waiting.
const LATER: Duration = Duration::from_secs(1);

impl From<StockError> for ApiError {
    fn from(error: StockError) -> Self {
        use StockError as E;
        let sentence = error.to_string();
        match error {
            E::ProductNotFound(_) | E::VariantNotFound(_) => Self::not_found(sentence),
            E::IdTaken(_) | E::Level(_) => Self::conflict(sentence),
            E::Product(ProductError::Twice { .. } | ProductError::TooMany) => {
                Violations::one("sizeVariants", sentence).into()
            }
            E::Product(ProductError::Reserved { .. } | ProductError::Level { .. }) => {
                Self::conflict(sentence)
            }
            E::Refused(refused) => refused_with(*refused, sentence),
            E::Overloaded => Self::overloaded(LATER),
            E::Abandoned => Self::unavailable(error),
            E::Storage(error) if error.is_unavailable() => Self::unavailable(error),
            E::Storage(error) => Self::internal(error),
        }
    }
}

fn refused_with(refused: Refused, sentence: String) -> ApiError {
    let Refused { refusal, basket } = refused;
    match refusal {
        Refusal::OrderUnknown(_) | Refusal::ReservationUnknown(_) => ApiError::not_found(sentence),
        Refusal::Lines(faults) => of_lines(&faults, basket.as_ref(), sentence),
        Refusal::Mismatch => ApiError::conflict(sentence).with_code("idempotency_mismatch"),
        Refusal::OrderReleased(id) => ApiError::conflict(sentence)
            .with_code("order_released")
            .with("orderId", id),
        Refusal::ReservationExpired(id) => ApiError::conflict(sentence)
            .with_code("reservation_expired")
            .with("reservationId", id),
        Refusal::ReservationConsumed(id) | Refusal::ReservationReleased(id) => {
            ApiError::conflict(sentence).with("reservationId", id)
        }
    }
}

fn of_lines(faults: &[LineFault], basket: Option<&Basket>, sentence: String) -> ApiError {
    let is_short = |fault: &LineFault| fault.problem == Problem::InsufficientStock;
    let code = if faults.iter().all(is_short) {
        "insufficient_stock"
    } else {
        "stock_unavailable"
    };
    let lines = basket.map_or(&[][..], Basket::lines);
    let errors = faults
        .iter()
        .map(|of_line| fault(*of_line, lines.get(of_line.line).map(Into::into)));
    let errors: Vec<_> = errors.collect();
    ApiError::new(Code::Conflict, sentence)
        .with_code(code)
        .with("errors", errors)
}
