use std::{str::FromStr, sync::Arc};

use auth::{AccountId, Role};
use chrono::TimeDelta;
use clock::Clock;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use validation::Id;

use crate::model::Account;

const ISSUER: &str = "lockstep";

/// What an access token says, as the contract names it.
#[derive(Serialize)]
struct Claims<'a> {
    sub: &'a str,
    role: &'a str,
    iss: &'a str,
    iat: i64,
    exp: i64,
    jti: &'a str,
}

/// What of it is read; the issuer is checked before.
#[derive(Deserialize)]
struct ReadClaims {
    sub: String,
    role: String,
    exp: NumericDate,
}

/// Seconds since 1970. RFC 7519 lets them have a fraction; we make none.
#[derive(Clone, Copy, Deserialize)]
#[serde(untagged)]
enum NumericDate {
    Whole(i64),
    Fraction(f64),
}

impl NumericDate {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "whole seconds are enough, and the cast saturates"
    )]
    fn seconds(self) -> i64 {
        match self {
            Self::Whole(seconds) => seconds,
            Self::Fraction(seconds) => seconds as i64,
        }
    }
}

/// What a verified access token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Verified {
    pub(crate) account: AccountId,
    pub(crate) role: Role,
    /// Seconds since 1970.
    pub(crate) expires_at: i64,
}

/// Why an access token could not be made.
#[derive(Debug, thiserror::Error)]
#[error("an access token could not be signed")]
pub struct SigningError(#[source] jsonwebtoken::errors::Error);

/// Makes and reads access tokens: JWT, HS256 and nothing else.
#[derive(Clone)]
pub struct AccessTokens {
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Arc<Validation>,
    ttl: TimeDelta,
    clock: Arc<dyn Clock>,
}

impl AccessTokens {
    /// Signs with `secret`, which is to have 32 bytes at least, for `ttl`.
    pub fn new(secret: &SecretString, ttl: TimeDelta, clock: Arc<dyn Clock>) -> Self {
        let secret = secret.expose_secret().as_bytes();
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_required_spec_claims(&["exp", "iss", "sub"]);
        validation.set_issuer(&[ISSUER]);
        // It would ask the machine's clock; `is_over` asks ours, without leeway.
        validation.validate_exp = false;
        validation.leeway = 0;
        Self {
            encoding: EncodingKey::from_secret(secret),
            decoding: DecodingKey::from_secret(secret),
            validation: Arc::new(validation),
            ttl,
            clock,
        }
    }

    /// How long a token is good.
    pub fn ttl(&self) -> TimeDelta {
        self.ttl
    }

    /// A token for `account`, good from now on.
    pub fn issue(&self, account: &Account) -> Result<SecretString, SigningError> {
        let (now, jti) = (self.clock.now().timestamp(), Id::<Self>::generate());
        let claims = Claims {
            sub: account.id.as_str(),
            role: account.role.as_str(),
            iss: ISSUER,
            iat: now,
            exp: now.saturating_add(self.ttl.num_seconds()),
            jti: jti.as_str(),
        };
        let token = encode(&Header::new(Algorithm::HS256), &claims, &self.encoding)
            .map_err(SigningError)?;
        Ok(token.into())
    }

    /// What `token` says, if we have signed it; `None` otherwise. It may have expired.
    pub(crate) fn read(&self, token: &str) -> Option<Verified> {
        let claims = decode::<ReadClaims>(token, &self.decoding, &self.validation)
            .ok()?
            .claims;
        Some(Verified {
            account: AccountId::parse(&claims.sub).ok()?,
            role: Role::from_str(&claims.role).ok()?,
            expires_at: claims.exp.seconds(),
        })
    }

    /// Whether the token that says this has expired.
    pub(crate) fn is_over(&self, verified: &Verified) -> bool {
        self.clock.now().timestamp() >= verified.expires_at
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use clock::FixedClock;
    use serde_json::{Value, json};

    use super::*;
    use crate::testing;

    const SECRET: &str = "0123456789abcdef0123456789abcdef";

    fn tokens(clock: &Arc<FixedClock>) -> AccessTokens {
        AccessTokens::new(
            &SECRET.into(),
            TimeDelta::seconds(900),
            Arc::<FixedClock>::clone(clock),
        )
    }

    fn clock() -> Arc<FixedClock> {
        Arc::new(FixedClock::at(
            DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
        ))
    }

    fn sign(header: &Header, claims: &Value, secret: &str) -> String {
        encode(header, claims, &EncodingKey::from_secret(secret.as_bytes())).unwrap()
    }

    fn claims() -> Value {
        json!({"sub": "a1", "role": "admin", "iss": "lockstep", "iat": 1, "exp": 1_900_000_000_i64, "jti": "x"})
    }

    #[test]
    fn a_token_says_whom_it_was_made_for_until_it_is_over() {
        let clock = clock();
        let tokens = tokens(&clock);
        let account = testing::account("a1", Role::Partner);
        let verified = tokens
            .read(tokens.issue(&account).unwrap().expose_secret())
            .unwrap();
        assert_eq!(
            (&verified.account, verified.role),
            (&account.id, Role::Partner)
        );
        clock.advance(TimeDelta::seconds(899));
        assert!(!tokens.is_over(&verified));
        clock.advance(TimeDelta::seconds(1));
        assert!(tokens.is_over(&verified));
    }

    #[test]
    fn other_secrets_and_algorithms_give_nobody() {
        let tokens = tokens(&clock());
        assert!(
            tokens
                .read(&sign(&Header::default(), &claims(), SECRET))
                .is_some()
        );
        assert!(
            tokens
                .read(&sign(&Header::default(), &claims(), &"x".repeat(32)))
                .is_none()
        );
        for algorithm in [Algorithm::HS384, Algorithm::HS512] {
            assert!(
                tokens
                    .read(&sign(&Header::new(algorithm), &claims(), SECRET))
                    .is_none()
            );
        }
        // {"alg":"none"}
        let signed = sign(&Header::default(), &claims(), SECRET);
        let body = signed.split('.').nth(1).unwrap();
        assert!(
            tokens
                .read(&format!("eyJhbGciOiJub25lIn0.{body}."))
                .is_none()
        );
        for text in [
            "",
            "x",
            "a.b.c",
            "..",
            signed.trim_end_matches(|c| c != '.'),
        ] {
            assert!(tokens.read(text).is_none(), "{text:?}");
        }
    }

    #[test]
    fn expiry_may_have_a_fraction_of_a_second() {
        let mut with = claims();
        with["exp"] = json!(1_800_000_000.5);
        let verified = tokens(&clock())
            .read(&sign(&Header::default(), &with, SECRET))
            .unwrap();
        assert_eq!(verified.expires_at, 1_800_000_000);
    }

    #[test]
    fn claims_that_are_missing_or_wrong_give_nobody() {
        let tokens = tokens(&clock());
        let read = |claims: &Value| tokens.read(&sign(&Header::default(), claims, SECRET));
        for claim in ["sub", "role", "iss", "exp"] {
            let mut without = claims();
            without.as_object_mut().unwrap().remove(claim);
            assert!(read(&without).is_none(), "without {claim}");
        }
        let wrong = [
            ("iss", json!("another")),
            ("sub", json!("a b")),
            ("role", json!("root")),
            ("exp", json!("never")),
        ];
        for (claim, value) in wrong {
            let mut with = claims();
            with[claim] = value;
            assert!(read(&with).is_none(), "wrong {claim}");
        }
    }
}
