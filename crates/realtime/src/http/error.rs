use api_error::ApiError;

use crate::error::RealtimeError;

impl From<RealtimeError> for ApiError {
    fn from(error: RealtimeError) -> Self {
        use RealtimeError as E;
        match error {
            E::MessageNotFound(_)
            | E::NotificationNotFound(_)
            | E::RecipientNotFound(_)
            | E::BookingNotFound(_) => Self::not_found(error.to_string()),
            E::Neighbour(error) => error,
            E::Storage(error) if error.is_unavailable() => Self::unavailable(error),
            E::Storage(error) => Self::internal(error),
        }
    }
}
