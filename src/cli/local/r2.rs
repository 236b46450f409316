//! In place of R2: answers what workerd's R2 binding asks, out of a folder in which each object is a
//! file of its name. A call is a JSON object about it, in a header field when it reads and before
//! the value when it writes; so is an answer.

use std::fs;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::thread;

use anyhow::{Context, Result, anyhow};
use serde::Deserialize;
use serde_json::{Value, json};
use tempfile::NamedTempFile;
use tiny_http::{Header, Method, Request, Response, Server};

/// What goes wrong with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum R2Trouble {
    /// Nothing.
    None,
    /// It fails.
    Fails,
    /// It is carried out, and yet fails.
    FailsAfterwards,
}

/// A server on 127.0.0.1 that lives as long as this value.
pub struct R2Server {
    address: SocketAddr,
    server: Arc<Server>,
}

/// How many calls are answered at the same time.
const THREADS: usize = 4;

/// The folder of files that are being written.
const INCOMING: &str = ".incoming";

/// What a call is about.
#[derive(Deserialize)]
struct Call {
    method: String,
    #[serde(default)]
    object: String,
    #[serde(rename = "onlyIf")]
    only_if: Option<Value>,
}

/// R2's own numbers for what went wrong.
const NO_SUCH_OBJECT: u32 = 10_007;
const PRECONDITION_FAILED: u32 = 10_031;
const INTERNAL: u32 = 10_001;

impl R2Server {
    /// Starts a server of the objects in a folder; before each call that writes or reads it asks
    /// what goes wrong with it.
    ///
    /// # Errors
    /// When no port or no folder can be had.
    pub fn start(
        folder: &Path,
        trouble: impl Fn(&str) -> R2Trouble + Send + Sync + 'static,
    ) -> Result<Self> {
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let server = Server::http("127.0.0.1:0").map_err(|why| anyhow!("{why}"))?;
        let address = server.server_addr().to_ip().context("the R2 server has no address")?;
        let (server, trouble) = (Arc::new(server), Arc::new(trouble));
        for _ in 0..THREADS {
            let (server, trouble) = (Arc::clone(&server), Arc::clone(&trouble));
            let folder = folder.to_owned();
            thread::spawn(move || {
                while let Ok(mut request) = server.recv() {
                    let answer = serve(&mut request, &folder, trouble.as_ref());
                    // Whoever went away needs no answer.
                    let _ = request.respond(answer);
                }
            });
        }
        Ok(Self { address, server })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl std::fmt::Debug for R2Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "R2Server({})", self.address)
    }
}

impl Drop for R2Server {
    fn drop(&mut self) {
        for _ in 0..THREADS {
            self.server.unblock();
        }
    }
}

type Answer = Response<io::Cursor<Vec<u8>>>;

fn serve(request: &mut Request, folder: &Path, trouble: &impl Fn(&str) -> R2Trouble) -> Answer {
    let Ok((call, value)) = read(request) else { return fails(400, INTERNAL) };
    let Some(path) = place(folder, &call.object) else { return fails(400, INTERNAL) };
    match trouble(&call.object) {
        R2Trouble::None => carry_out(&call, folder, &path, &value),
        R2Trouble::Fails => fails(500, INTERNAL),
        R2Trouble::FailsAfterwards => {
            carry_out(&call, folder, &path, &value);
            fails(500, INTERNAL)
        }
    }
}

fn read(request: &mut Request) -> Result<(Call, Vec<u8>)> {
    let header = |request: &Request, name: &str| {
        let found = request
            .headers()
            .iter()
            .find(|it| it.field.as_str().as_str().eq_ignore_ascii_case(name));
        found.map(|header| header.value.as_str().to_owned())
    };
    if *request.method() == Method::Get {
        let about = header(request, "cf-r2-request").context("no call")?;
        return Ok((serde_json::from_str(&about)?, Vec::new()));
    }
    let length = header(request, "cf-r2-metadata-size").context("no call")?.parse()?;
    let mut body = Vec::new();
    request.as_reader().read_to_end(&mut body)?;
    let (about, value) = body.split_at_checked(length).context("no call")?;
    Ok((serde_json::from_slice(about)?, value.to_vec()))
}

fn carry_out(call: &Call, folder: &Path, path: &Path, value: &[u8]) -> Answer {
    match call.method.as_str() {
        "get" | "head" => match fs::read(path) {
            Ok(found) if call.method == "head" => found_object(call, found.len(), &[]),
            Ok(found) => found_object(call, found.len(), &found),
            Err(why) if why.kind() == io::ErrorKind::NotFound => fails(404, NO_SUCH_OBJECT),
            Err(_) => fails(500, INTERNAL),
        },
        // Of the conditions only "if there is none" is asked for here.
        "put" => match keep(folder, path, value, call.only_if.is_some()) {
            Ok(()) => found_object(call, value.len(), &[]),
            Err(why) if why.kind() == io::ErrorKind::AlreadyExists => {
                fails(412, PRECONDITION_FAILED)
            }
            Err(_) => fails(500, INTERNAL),
        },
        _ => fails(400, INTERNAL),
    }
}

/// Puts a file in its place at once and whole. What is not whole yet is in a folder of its own, where
/// nobody who lists objects takes it for one.
fn keep(folder: &Path, path: &Path, value: &[u8], only_new: bool) -> io::Result<()> {
    let incoming = folder.join(INCOMING);
    for needed in [&incoming, path.parent().unwrap_or(folder)] {
        fs::create_dir_all(needed)?;
    }
    let mut file = NamedTempFile::new_in(incoming)?;
    file.write_all(value)?;
    if only_new {
        file.persist_noclobber(path)?
    } else {
        file.persist(path)?
    };
    Ok(())
}

/// The file of an object; `None` if its name leads elsewhere.
fn place(folder: &Path, name: &str) -> Option<PathBuf> {
    let is_name = |part| matches!(part, Component::Normal(part) if part != INCOMING);
    let inside = Path::new(name).components().all(is_name);
    (inside && !name.is_empty()).then(|| folder.join(name))
}

fn found_object(call: &Call, size: usize, value: &[u8]) -> Answer {
    let about = json!({
        "name": call.object,
        "version": "1",
        "size": size.to_string(),
        "etag": "00000000000000000000000000000000",
        "uploaded": "0",
        "httpFields": {},
        "customFields": [],
        "checksums": {},
    });
    let about = about.to_string().into_bytes();
    let size = field("cf-r2-metadata-size", &about.len().to_string());
    Response::from_data([about.as_slice(), value].concat()).with_header(size)
}

fn fails(status: u16, code: u32) -> Answer {
    let about = json!({ "version": 1, "v4code": code, "message": "refused" });
    Response::from_data(Vec::new())
        .with_status_code(status)
        .with_header(field("cf-r2-error", &about.to_string()))
}

#[allow(clippy::expect_used, reason = "names and values are ASCII")]
fn field(name: &str, value: &str) -> Header {
    Header::from_bytes(name, value).expect("a header field")
}
