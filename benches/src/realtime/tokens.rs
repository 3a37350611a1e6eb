use std::time::SystemTime;

use jsonwebtoken::{EncodingKey, Header, encode};
use serde_json::json;

use crate::node::JWT_SECRET;

/// An access token of an account, as the gateway makes them, good for an hour.
pub(super) fn issue(account: &str, role: &str) -> anyhow::Result<String> {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
    let now = now.as_secs();
    let claims = json!({"sub": account, "role": role, "iss": "lockstep", "iat": now, "exp": now + 3600,
        "jti": format!("{account}-{now}")});
    let key = EncodingKey::from_secret(JWT_SECRET.as_bytes());
    Ok(encode(&Header::default(), &claims, &key)?)
}
