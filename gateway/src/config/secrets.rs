use std::{
    fs::{self, OpenOptions},
    io::{self, ErrorKind, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use database::DatabaseUrl;
use rand::{TryRng as _, rngs::SysRng};
use secrecy::{ExposeSecret as _, SecretBox, SecretString, zeroize::Zeroizing};

use super::{StartError, variables::Variables};

const JWT_SECRET: &str = "JWT_SECRET";
const CREDENTIALS_KEY: &str = "CREDENTIALS_KEY";

/// What signs tokens and encrypts stored credentials.
#[derive(Debug)]
pub struct Secrets {
    /// Signs access tokens: 32 bytes or more.
    pub jwt_secret: SecretString,
    /// Encrypts stored third-party credentials.
    pub credentials_key: SecretBox<[u8; 32]>,
}

impl Secrets {
    pub(super) fn read(
        variables: &Variables<'_>,
        database: &DatabaseUrl,
    ) -> Result<Self, StartError> {
        let jwt_secret = obtain(
            variables,
            database,
            JWT_SECRET,
            "at least 32 bytes",
            |text| (text.len() >= 32).then(|| SecretString::from(text)),
        )?;
        let credentials_key = obtain(
            variables,
            database,
            CREDENTIALS_KEY,
            "32 bytes in base64",
            key,
        )?;
        Ok(Self {
            jwt_secret,
            credentials_key,
        })
    }
}

fn key(text: &str) -> Option<SecretBox<[u8; 32]>> {
    let bytes = Zeroizing::new(BASE64_STANDARD.decode(text).ok()?);
    Some(SecretBox::new(Box::new(
        <[u8; 32]>::try_from(bytes.as_slice()).ok()?,
    )))
}

/// The secret in the variable `name`; where it is unset, the one that is kept beside a SQLite database.
fn obtain<T>(
    variables: &Variables<'_>,
    database: &DatabaseUrl,
    name: &'static str,
    wants: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<T, StartError> {
    if let Some(given) = variables.secret(name) {
        let text = given.expose_secret().trim();
        return parse(text).ok_or_else(|| StartError::new(name, format!("wants {wants}")));
    }
    let DatabaseUrl::Sqlite { path, .. } = database else {
        return Err(StartError::new(
            name,
            format!("wants {wants}; it must be set where DATABASE_URL is Postgres"),
        ));
    };
    let file = path.with_file_name(name.to_ascii_lowercase());
    let shown = file.display();
    let kept = kept(&file).map_err(|error| {
        StartError::new(
            name,
            format!("must be set, for it cannot be kept in {shown}: {error}"),
        )
    })?;
    parse(kept.trim()).ok_or_else(|| {
        StartError::new(name, format!("wants {wants}; {shown} holds something else"))
    })
}

/// What `file` holds, which is made with a new secret if it is missing.
fn kept(file: &Path) -> io::Result<Zeroizing<String>> {
    if let Some(folder) = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        fs::create_dir_all(folder)?;
    }
    match fs::read_to_string(file) {
        Err(error) if error.kind() == ErrorKind::NotFound => make(file)?,
        outcome => return outcome.map(Zeroizing::new),
    }
    fs::read_to_string(file).map(Zeroizing::new)
}

/// Puts a new secret at `file`, whole or not at all. Of several starts at once one wins, the others find its file.
fn make(file: &Path) -> io::Result<()> {
    let mut secret = Zeroizing::new([0_u8; 32]);
    SysRng
        .try_fill_bytes(secret.as_mut_slice())
        .map_err(io::Error::other)?;
    let suffix = SysRng.try_next_u64().map_err(io::Error::other)?;
    let draft = Draft(file.with_extension(format!("{suffix:016x}")));
    let mut opened = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&draft.0)?;
    writeln!(
        opened,
        "{}",
        Zeroizing::new(BASE64_STANDARD.encode(*secret)).as_str()
    )?;
    opened.sync_all()?;
    match fs::hard_link(&draft.0, file) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        outcome => outcome,
    }
}

/// A file that is removed when this is dropped.
struct Draft(PathBuf);

impl Drop for Draft {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn starts_at_the_same_time_agree_on_one_secret() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("deep/jwt_secret");
        let secrets: Vec<_> = std::thread::scope(|scope| {
            let starts: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| kept(&file).unwrap()))
                .collect();
            starts
                .into_iter()
                .map(|start| start.join().unwrap())
                .collect()
        });
        assert!(secrets.iter().all(|secret| *secret == secrets[0]));
        assert_eq!(BASE64_STANDARD.decode(secrets[0].trim()).unwrap().len(), 32);
        assert_eq!(
            fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert_eq!(
            fs::read_dir(file.parent().unwrap()).unwrap().count(),
            1,
            "no draft is left"
        );
    }

    #[test]
    fn two_files_hold_two_secrets() {
        let folder = tempfile::tempdir().unwrap();
        assert_ne!(
            kept(&folder.path().join("a")).unwrap(),
            kept(&folder.path().join("b")).unwrap()
        );
    }
}
