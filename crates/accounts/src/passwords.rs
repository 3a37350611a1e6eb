use std::sync::Arc;

use argon2::{
    Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version,
    password_hash::phc,
};
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use secrecy::SecretString;
use tokio::{sync::Semaphore, task::spawn_blocking};

use crate::model::{Password, PasswordHash};

/// What one hash costs whoever computes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasswordCost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

impl PasswordCost {
    /// What OWASP recommends for Argon2id: 19 MiB, two passes, one lane.
    pub const RECOMMENDED: Self = Self {
        memory_kib: 19_456,
        passes: 2,
        lanes: 1,
    };
    /// The least that Argon2 knows: for tests.
    pub const LEAST: Self = Self {
        memory_kib: Params::MIN_M_COST,
        passes: 1,
        lanes: 1,
    };
}

impl Default for PasswordCost {
    fn default() -> Self {
        Self::RECOMMENDED
    }
}

/// Why a password could not be hashed or compared.
#[derive(Debug, thiserror::Error)]
pub enum HashingError {
    /// Argon2 refuses, or what is kept is not a hash of its.
    #[error("Argon2 failed")]
    Argon2(#[source] argon2::password_hash::Error),
    /// The process is shutting down.
    #[error("the computation was cut off")]
    CutOff,
}

impl From<argon2::password_hash::Error> for HashingError {
    fn from(error: argon2::password_hash::Error) -> Self {
        Self::Argon2(error)
    }
}

/// Hashes passwords with Argon2id, at most one a core at a time: a hash takes a core and much memory for tens of
/// milliseconds, on threads where nobody waits for it.
#[derive(Clone, Debug)]
pub struct PasswordHasher {
    cost: PasswordCost,
    /// Compared where there is nothing to compare with, so that it takes as long.
    dummy: PasswordHash,
    cores: Arc<Semaphore>,
}

impl PasswordHasher {
    /// A hasher whose hashes cost `cost`.
    pub fn new(cost: PasswordCost) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            cost,
            dummy: dummy(cost),
            cores: Arc::new(Semaphore::new(cores)),
        }
    }

    /// What is kept of `password`.
    pub async fn hash(&self, password: Password) -> Result<PasswordHash, HashingError> {
        let cost = self.cost;
        self.compute(move || {
            let hash = argon2(cost)?.hash_password(password.expose().as_bytes())?;
            Ok(PasswordHash::from_stored(hash.to_string()))
        })
        .await
    }

    /// Whether `candidate` is the password that `kept` was made of. It takes as long where nothing is kept.
    pub async fn verify(
        &self,
        candidate: SecretString,
        kept: Option<&PasswordHash>,
    ) -> Result<bool, HashingError> {
        let is_known = kept.is_some();
        let kept = kept.unwrap_or(&self.dummy).clone();
        // Whatever is too long to be a password is not worth hashing in full, but takes its time.
        let candidate = Password::parse(candidate);
        let cost = self.cost;
        let is_equal = self.compute(move || {
            let kept = phc::PasswordHash::new(kept.as_str())
                .map_err(|_| argon2::password_hash::Error::EncodingInvalid)?;
            let text = candidate.as_ref().map_or("", Password::expose);
            match argon2(cost)?.verify_password(text.as_bytes(), &kept) {
                Ok(()) => Ok(candidate.is_ok()),
                Err(argon2::password_hash::Error::PasswordInvalid) => Ok(false),
                Err(error) => Err(error.into()),
            }
        });
        Ok(is_equal.await? && is_known)
    }

    async fn compute<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, HashingError> + Send + 'static,
    ) -> Result<T, HashingError> {
        let permit = Arc::clone(&self.cores)
            .acquire_owned()
            .await
            .map_err(|_| HashingError::CutOff)?;
        let computed = spawn_blocking(move || {
            let _permit = permit;
            work()
        });
        computed.await.map_err(|_| HashingError::CutOff)?
    }
}

fn argon2(cost: PasswordCost) -> Result<Argon2<'static>, HashingError> {
    let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, None)
        .map_err(|_| argon2::password_hash::Error::ParamsInvalid)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// A hash of no password in particular, without the cost of computing one.
fn dummy(
    PasswordCost {
        memory_kib,
        passes,
        lanes,
    }: PasswordCost,
) -> PasswordHash {
    let salt = STANDARD_NO_PAD.encode(rand::random::<[u8; 16]>());
    let output = STANDARD_NO_PAD.encode(rand::random::<[u8; Params::DEFAULT_OUTPUT_LEN]>());
    PasswordHash::from_stored(format!(
        "$argon2id$v=19$m={memory_kib},t={passes},p={lanes}${salt}${output}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hasher() -> PasswordHasher {
        PasswordHasher::new(PasswordCost::LEAST)
    }

    async fn kept() -> PasswordHash {
        hasher()
            .hash(Password::parse("correct horse".into()).unwrap())
            .await
            .unwrap()
    }

    #[tokio::test]
    async fn a_password_fits_its_own_hash_and_no_other() {
        let kept = kept().await;
        assert!(kept.as_str().starts_with("$argon2id$v=19$"));
        assert!(
            hasher()
                .verify("correct horse".into(), Some(&kept))
                .await
                .unwrap()
        );
        assert!(
            !hasher()
                .verify("correct horsf".into(), Some(&kept))
                .await
                .unwrap()
        );
    }

    #[tokio::test]
    async fn what_could_never_be_set_fits_nothing() {
        let kept = kept().await;
        assert!(
            !hasher()
                .verify(String::new().into(), Some(&kept))
                .await
                .unwrap()
        );
        assert!(
            !hasher()
                .verify("x".repeat(1_000_000).into(), Some(&kept))
                .await
                .unwrap()
        );
    }

    #[tokio::test]
    async fn where_nothing_is_kept_a_hash_is_compared_all_the_same() {
        let hasher = PasswordHasher::new(PasswordCost::RECOMMENDED);
        assert!(!hasher.verify("correct horse".into(), None).await.unwrap());
        let dummy = phc::PasswordHash::new(hasher.dummy.as_str()).unwrap();
        let params = Params::try_from(&dummy).unwrap();
        assert_eq!(
            (params.m_cost(), params.t_cost(), params.p_cost()),
            (19_456, 2, 1)
        );
        assert_eq!(dummy.hash.unwrap().len(), Params::DEFAULT_OUTPUT_LEN);
    }

    #[tokio::test]
    async fn a_stored_text_that_is_no_hash_is_an_error() {
        let kept = PasswordHash::from_stored("plain");
        assert!(
            hasher()
                .verify("correct horse".into(), Some(&kept))
                .await
                .is_err()
        );
    }
}
