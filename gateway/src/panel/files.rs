//! What the panel's build left in the binary.

/// A file of the panel, as it is and compressed.
#[derive(Clone, Copy, Debug)]
pub(super) struct File {
    /// Below `/admin/`.
    pub(super) path: &'static str,
    pub(super) media_type: &'static str,
    pub(super) plain: &'static [u8],
    pub(super) gzip: Option<&'static [u8]>,
    pub(super) brotli: Option<&'static [u8]>,
}

/// Sorted by path; empty where the panel was not built before the gateway.
pub(super) const BUILT: &[File] = include!(concat!(env!("OUT_DIR"), "/panel.rs"));

impl File {
    /// The smallest form that a client takes, by its `Accept-Encoding`, and the name of that form.
    pub(super) fn for_client(&self, accepted: &str) -> (&'static [u8], Option<&'static str>) {
        if let Some(brotli) = self.brotli.filter(|_| takes(accepted, "br")) {
            return (brotli, Some("br"));
        }
        match self.gzip.filter(|_| takes(accepted, "gzip")) {
            Some(gzip) => (gzip, Some("gzip")),
            None => (self.plain, None),
        }
    }
}

/// Whether `Accept-Encoding` names a coding, or any, and does not refuse it with `q=0`.
fn takes(accepted: &str, coding: &str) -> bool {
    let verdict = |wanted: &str| {
        accepted.split(',').find_map(|one| {
            let mut parts = one.split(';').map(str::trim);
            let name = parts.next()?;
            let weight = parts.find_map(|part| part.strip_prefix("q="));
            let refused = weight.is_some_and(|weight| weight.parse() == Ok(0.0));
            name.eq_ignore_ascii_case(wanted).then_some(!refused)
        })
    };
    verdict(coding).or_else(|| verdict("*")).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: File = File {
        path: "assets/a.js",
        media_type: "text/javascript",
        plain: b"plain",
        gzip: Some(b"gz"),
        brotli: Some(b"br"),
    };

    #[test]
    fn a_client_gets_the_smallest_form_that_it_takes() {
        let form = |accepted| FILE.for_client(accepted).1;
        assert_eq!(form("gzip, deflate, br, zstd"), Some("br"));
        assert_eq!(form("GZIP;q=0.5, br;q=0"), Some("gzip"));
        assert_eq!(form("*"), Some("br"));
        assert_eq!(form("identity"), None);
        assert_eq!(form("*;q=0.0, gzip"), Some("gzip"));
        assert_eq!(form(""), None);
    }

    #[test]
    fn what_was_not_compressed_goes_as_it_is() {
        let file = File {
            gzip: None,
            brotli: None,
            ..FILE
        };
        assert_eq!(file.for_client("br, gzip"), (&b"plain"[..], None));
    }
}
