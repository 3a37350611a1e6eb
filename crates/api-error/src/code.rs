use axum::http::StatusCode;

/// The stable codes of the contract, and the status each one answers with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// 400: the request cannot be understood or breaks a limit.
    InvalidRequest,
    /// 401: nobody, or nobody that is known, asks.
    Unauthenticated,
    /// 403: the caller may not do this.
    Forbidden,
    /// 404: not there, or not for this caller.
    NotFound,
    /// 405: the path is known, the method is not.
    MethodNotAllowed,
    /// 409: it does not fit the present state.
    Conflict,
    /// 413: the body is over the limit.
    PayloadTooLarge,
    /// 415: the body is not JSON by its `Content-Type`.
    UnsupportedMediaType,
    /// 429: too often; `Retry-After` says when again.
    RateLimited,
    /// 500: our fault.
    Internal,
    /// 502: a remote system failed.
    UpstreamFailed,
    /// 503: not now; `Retry-After` says when again.
    Unavailable,
    /// 504: a remote system did not answer in time.
    UpstreamTimeout,
}

impl Code {
    /// The code as it stands in the answer.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::Conflict => "conflict",
            Self::PayloadTooLarge => "payload_too_large",
            Self::UnsupportedMediaType => "unsupported_media_type",
            Self::RateLimited => "rate_limited",
            Self::Internal => "internal",
            Self::UpstreamFailed => "upstream_failed",
            Self::Unavailable => "unavailable",
            Self::UpstreamTimeout => "upstream_timeout",
        }
    }

    /// The status it answers with.
    pub fn status(self) -> StatusCode {
        match self {
            Self::InvalidRequest => StatusCode::BAD_REQUEST,
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Conflict => StatusCode::CONFLICT,
            Self::PayloadTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::UpstreamFailed => StatusCode::BAD_GATEWAY,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::UpstreamTimeout => StatusCode::GATEWAY_TIMEOUT,
        }
    }

    /// The sentence for an error that brought none, such as the router's own.
    pub(crate) fn sentence(self) -> &'static str {
        match self {
            Self::InvalidRequest => "The request is not valid",
            Self::Unauthenticated => "Authentication required",
            Self::Forbidden => "You may not do this",
            Self::NotFound => "There is nothing at this address",
            Self::MethodNotAllowed => "This address does not know this method",
            Self::Conflict => "This does not fit the present state",
            Self::PayloadTooLarge => "The request body is too large",
            Self::UnsupportedMediaType => {
                "The request body must be JSON (Content-Type: application/json)"
            }
            Self::RateLimited => "Too many requests, try again later",
            Self::Internal => "Something went wrong on our side",
            Self::UpstreamFailed => "A remote system failed",
            Self::Unavailable => "The service is not available at the moment, try again shortly",
            Self::UpstreamTimeout => "A remote system did not answer in time",
        }
    }

    /// The code for a status that something else produced.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::UNAUTHORIZED => Self::Unauthenticated,
            StatusCode::FORBIDDEN => Self::Forbidden,
            StatusCode::NOT_FOUND => Self::NotFound,
            StatusCode::METHOD_NOT_ALLOWED => Self::MethodNotAllowed,
            StatusCode::CONFLICT => Self::Conflict,
            StatusCode::PAYLOAD_TOO_LARGE => Self::PayloadTooLarge,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::UnsupportedMediaType,
            StatusCode::TOO_MANY_REQUESTS => Self::RateLimited,
            StatusCode::BAD_GATEWAY => Self::UpstreamFailed,
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::REQUEST_TIMEOUT => Self::Unavailable,
            StatusCode::GATEWAY_TIMEOUT => Self::UpstreamTimeout,
            other if other.is_server_error() => Self::Internal,
            _ => Self::InvalidRequest,
        }
    }
}
