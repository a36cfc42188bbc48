//! Turns `static/` into a table of files that the binary carries inside itself: every file gets a
//! name made from its content (so that it may be cached for ever) and a `.br` and `.gz` twin.
//!
//! Two folders are joined into one file each, in the order of their paths. For style sheets that is `base`,
//! `components`, `pages`, `print`: a page may change a component, and paper all of them. Within such a folder the order changes nothing.

use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Error, Write as _};
use std::path::{Path, PathBuf};
use std::{env, fs};

/// Folder inside `static/` and the file it becomes.
const BUNDLES: [(&str, &str); 2] = [("css/", "css/app.css"), ("js/app/", "js/app.js")];
const CSS: &str = "text/css; charset=utf-8";

fn main() -> Result<(), Error> {
    println!("cargo:rerun-if-changed=static");
    println!("cargo:rerun-if-changed=build.rs");
    let mut table = Table {
        out: PathBuf::from(env::var_os("OUT_DIR").ok_or_else(|| Error::other("no OUT_DIR"))?),
        release: env::var("PROFILE").is_ok_and(|profile| profile == "release"),
        names: BTreeMap::new(),
        source: String::from("static ASSETS: &[Asset] = &[\n"),
    };
    let mut files = BTreeMap::new();
    collect(Path::new("static"), "", &mut files)?;
    bundle(&mut files);

    // Style sheets come last: they need the public names of the files they point to.
    let (sheets, others): (Vec<_>, Vec<_>) = files
        .iter()
        .partition(|(path, _)| content_type(path) == Some(CSS));
    for (path, body) in others {
        table.add(path, body)?;
    }
    for (path, body) in sheets {
        let body = table.rewrite_urls(path, &String::from_utf8_lossy(body))?;
        table.add(path, body.as_bytes())?;
    }
    table.source.push_str("];\n");
    fs::write(table.out.join("assets.rs"), table.source)
}

/// Reads every file that is served. Notes and licences are not.
fn collect(dir: &Path, prefix: &str, into: &mut BTreeMap<String, Vec<u8>>) -> Result<(), Error> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &format!("{path}/"), into)?;
        } else if content_type(&path).is_some() {
            into.insert(path, fs::read(entry.path())?);
        }
    }
    Ok(())
}

fn bundle(files: &mut BTreeMap<String, Vec<u8>>) {
    for (folder, target) in BUNDLES {
        let mut joined = Vec::new();
        for (_, body) in files.extract_if(.., |path, _| path.starts_with(folder)) {
            joined.extend(body);
            joined.push(b'\n');
        }
        files.insert(target.to_owned(), joined);
    }
}

/// `None`: not a file for the public.
fn content_type(path: &str) -> Option<&'static str> {
    Some(match path.rsplit_once('.')?.1 {
        "css" => CSS,
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "woff2" => "font/woff2",
        _ => return None,
    })
}

struct Table {
    out: PathBuf,
    release: bool,
    /// From the path in `static/` to the public name.
    names: BTreeMap<String, String>,
    /// The Rust text of the table.
    source: String,
}

impl Table {
    /// Writes one file with its compressed twins, and its line of the table.
    fn add(&mut self, path: &str, body: &[u8]) -> Result<(), Error> {
        let kind = content_type(path).unwrap_or_default();
        let file = path.rsplit('/').next().unwrap_or(path);
        let (stem, extension) = file.rsplit_once('.').unwrap_or((file, ""));
        let mut name = format!("{stem}.");
        for byte in Sha256::digest(body).iter().take(4) {
            write!(name, "{byte:02x}").map_err(Error::other)?;
        }
        write!(name, ".{extension}").map_err(Error::other)?;

        let plain = self.store(&name, body)?;
        let (mut brotli, mut gzip) = (String::from("None"), String::from("None"));
        if extension != "woff2" {
            let params = brotli::enc::BrotliEncoderParams {
                quality: if self.release { 11 } else { 5 },
                ..Default::default()
            };
            let mut packed = Vec::new();
            brotli::BrotliCompress(&mut &*body, &mut packed, &params)?;
            brotli = format!("Some({})", self.store(&format!("{name}.br"), &packed)?);
            let best = flate2::Compression::best();
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), best);
            encoder.write_all(body)?;
            let packed = encoder.finish()?;
            gzip = format!("Some({})", self.store(&format!("{name}.gz"), &packed)?);
        }
        let line = format!(
            "Asset {{ path: {path:?}, url: \"/static/{name}\", content_type: {kind:?}, \
             plain: {plain}, brotli: {brotli}, gzip: {gzip} }},\n"
        );
        self.source.push_str(&line);
        self.names.insert(path.to_owned(), name);
        Ok(())
    }

    fn store(&self, name: &str, body: &[u8]) -> Result<String, Error> {
        fs::write(self.out.join(name), body)?;
        Ok(format!("include_bytes!(\"{name}\")")) // looked up beside assets.rs
    }

    /// Points each `url(...)` of a style sheet, relative to that sheet, to the public name.
    fn rewrite_urls(&self, sheet: &str, css: &str) -> Result<String, Error> {
        let folder = sheet.rsplit_once('/').map_or("", |(folder, _)| folder);
        let mut parts = css.split("url(");
        let mut done = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (target, rest) = part.split_once(')').unwrap_or((part, ""));
            let path = match target.strip_prefix("../") {
                Some(path) => path.to_owned(),
                None => format!("{folder}/{target}"),
            };
            let missing = || Error::other(format!("{sheet}: there is no {path}"));
            let name = self.names.get(&path).ok_or_else(missing)?;
            write!(done, "url(/static/{name}){rest}").map_err(Error::other)?;
        }
        Ok(done)
    }
}
