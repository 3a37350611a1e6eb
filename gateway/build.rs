//! Puts the panel into the binary: lists what `web/admin/dist` holds, which may be nothing, for `src/panel/files.rs`.

use std::{
    env,
    error::Error,
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
};

/// Where the panel's build puts it. The folder stands in the repository, so that it can be watched before that.
const DIST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../web/admin/dist");

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={DIST}");
    let mut files = Vec::new();
    // Without its page it is not built, or half.
    if Path::new(DIST).join("index.html").is_file() {
        collect(Path::new(DIST), &mut files)?;
    }
    files.sort();
    let mut list = "&[\n".to_owned();
    for file in &files {
        if let Some(entry) = entry(file) {
            writeln!(list, "    {entry},")?;
        }
    }
    list.push_str("]\n");
    let out = env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?;
    Ok(fs::write(PathBuf::from(out).join("panel.rs"), list)?)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(fs::canonicalize(path)?);
        }
    }
    Ok(())
}

/// A file as an expression; `None` for those that belong to another, and those that nobody is served.
fn entry(file: &Path) -> Option<String> {
    let dist = fs::canonicalize(DIST).ok()?;
    let path = file.strip_prefix(dist).ok()?.to_str()?.replace('\\', "/");
    let media_type = match file.extension()?.to_str()? {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "json" => "application/json",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        _ => return None,
    };
    let bytes = |path: &Path| format!("include_bytes!({:?})", path.display().to_string());
    let compressed = |suffix: &str| {
        let path = PathBuf::from(format!("{}.{suffix}", file.display()));
        if path.is_file() {
            format!("Some({})", bytes(&path))
        } else {
            "None".to_owned()
        }
    };
    Some(format!(
        "File {{ path: {path:?}, media_type: {media_type:?}, plain: {}, gzip: {}, brotli: {} }}",
        bytes(file),
        compressed("gz"),
        compressed("br"),
    ))
}
