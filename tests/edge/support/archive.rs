//! The archive of an edge: a folder in place of R2, which can be taken away.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use coupon_edge::cli::local::{R2Server, R2Trouble};
use coupon_edge::journal::{Chain, Head, Segment};
use coupon_edge::jws::{PublicKeys, Typ};
use tempfile::TempDir;

use super::PATIENCE;

pub struct Archive {
    folder: TempDir,
    pub server: R2Server,
    trouble: Arc<Mutex<R2Trouble>>,
    called: Arc<(Mutex<u64>, Condvar)>,
}

impl Archive {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let trouble = Arc::new(Mutex::new(R2Trouble::None));
        let called = Arc::new((Mutex::new(0), Condvar::new()));
        let (now, seen) = (Arc::clone(&trouble), Arc::clone(&called));
        let server = R2Server::start(folder.path(), move |_| {
            *seen.0.lock().unwrap() += 1;
            seen.1.notify_all();
            *now.lock().unwrap()
        });
        Self { folder, server: server.unwrap(), trouble, called }
    }

    pub fn set_trouble(&self, trouble: R2Trouble) {
        *self.trouble.lock().unwrap() = trouble;
    }

    /// All that was in it is gone. At once, because a shard may write to it at any time.
    pub fn lose(&self) {
        let lost = tempfile::tempdir().unwrap();
        std::fs::rename(self.folder.path().join("journal"), lost.path().join("journal")).unwrap();
    }

    /// How many calls came so far.
    pub fn calls(&self) -> u64 {
        *self.called.0.lock().unwrap()
    }

    /// Waits until so many calls came.
    pub fn wait_for_calls(&self, wanted: u64) {
        let mut called = self.called.0.lock().unwrap();
        let deadline = Instant::now() + PATIENCE;
        while *called < wanted {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "nobody asks the archive");
            called = self.called.1.wait_timeout(called, left).unwrap().0;
        }
    }

    /// Waits until the archive is as wanted, looking again whenever it was called.
    pub fn wait_until<T>(&self, what: &str, look: impl Fn(&Self) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = look(self) {
                return found;
            }
            assert!(Instant::now() < deadline, "{what}: {:?}", self.files());
            // A call is answered after it was counted.
            let called = self.called.0.lock().unwrap();
            drop(self.called.1.wait_timeout(called, Duration::from_millis(50)).unwrap());
        }
    }

    /// All objects.
    pub fn files(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        let mut folders = vec![self.folder.path().join("journal")];
        while let Some(folder) = folders.pop() {
            // Until something is shipped there is no such folder.
            for entry in std::fs::read_dir(folder).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() { folders.push(path) } else { files.push(path) }
            }
        }
        files.sort();
        files
    }

    /// The chains of all shards that have a head, each verified from its first segment to that head.
    pub fn verified(&self, keys: &PublicKeys) -> Vec<(Head, Vec<Segment>)> {
        let files = self.files();
        let heads = files.iter().filter(|path| path.ends_with("head.jws"));
        heads.map(|head| self.verified_shard(head, keys)).collect()
    }

    fn verified_shard(&self, head: &Path, keys: &PublicKeys) -> (Head, Vec<Segment>) {
        // The head first: when it is written, its segments are there.
        let text = std::fs::read_to_string(head).unwrap();
        let files = self.files();
        verified(head, &text, &files, keys)
    }
}

fn verified(head: &Path, text: &str, files: &[PathBuf], keys: &PublicKeys) -> (Head, Vec<Segment>) {
    let payload = keys.verify(Typ::ArchiveHead, text).unwrap().payload;
    let head_says = Head::parse(payload.as_bytes()).unwrap();
    assert!(head.ends_with(head_says.key()), "{}", head.display());
    let mut chain = Chain::after(Head::new(head_says.origin, 1));
    let mut segments = Vec::new();
    let folder = head.parent().unwrap();
    for file in files.iter().filter(|file| file.starts_with(folder) && *file != head) {
        let segment = Segment::read(&std::fs::read(file).unwrap()).unwrap();
        assert!(file.ends_with(segment.key()), "{}", file.display());
        // What came after the head is not in it.
        let header = segment.header();
        if (header.incarnation, header.last) <= (head_says.incarnation, head_says.last) {
            chain.push(&segment).unwrap();
            segments.push(segment);
        }
    }
    chain.ends_with(&head_says).unwrap();
    (head_says, segments)
}
