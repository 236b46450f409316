//! An edge whose only shard has so many rows.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, ensure};
use tempfile::TempDir;

use super::super::drive::{Peer, Work as _, drive};
use super::super::sample::Sample;
use super::super::work::{Calls, Customers, Kind};
use super::answer::first_status;
use super::file::{self, Size};
use super::fill::fill;
use crate::campaign::CampaignId;
use crate::cli::load::{Arrivals, Tills};
use crate::cli::local::{Issuer, KvServer, Start, Workerd, free_port};

/// An edge with one shard, running.
pub(super) struct GrownShard {
    project: PathBuf,
    port: u16,
    storage: TempDir,
    bindings: Vec<(String, String)>,
    kv: KvServer,
    customers: Customers,
    workerd: Workerd,
}

impl GrownShard {
    /// An edge whose shard has so many rows and which has not been asked since it got them. The
    /// edge makes the shard itself, by a first redemption.
    pub(super) fn with_rows(
        project: &Path,
        storage: &Path,
        rows: u64,
    ) -> anyhow::Result<(Self, Size)> {
        let storage = tempfile::tempdir_in(storage)?;
        let port = free_port()?;
        let issuer = Arc::new(Issuer::generate(0)?);
        let kv = issuer.publish()?;
        let tills = Tills::enrol(Arc::clone(&issuer), port)?;
        let bindings = issuer.bindings(tills.authority());
        let customers = Customers::of(tills);
        let workerd = start(project, port, storage.path(), &kv, &bindings)?;
        let project = project.to_owned();
        let mut it = Self { project, port, storage, bindings, kv, customers, workerd };
        it.first_redemption()?;
        it.workerd.kill();
        let path = file::of_the_shard(it.storage.path())?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis();
        fill(&path, rows, campaign()?, now.try_into()?)?;
        let size = file::size(&path)?;
        it.start()?;
        Ok((it, size))
    }

    /// Lets so many tills ask for so long.
    pub(super) fn measure(
        &mut self,
        kind: Kind,
        tills: usize,
        time: Duration,
    ) -> anyhow::Result<Sample> {
        let processes = [self.workerd.pid()];
        let peer = Peer { port: self.port, processes: &processes };
        let mut calls = Calls { kind, customers: &mut self.customers };
        let sample = drive(peer, Arrivals::Closed(tills), time, &mut calls)?;
        sample.check(&format!("{kind:?}"))?;
        Ok(sample)
    }

    /// Kills the edge, starts it again, and gives the time from the start to the answer to a
    /// redemption: policies fetched, shard opened, entry on disk.
    pub(super) fn restart(&mut self) -> anyhow::Result<Duration> {
        self.workerd.kill();
        let since = Instant::now();
        self.start()?;
        self.first_redemption()?;
        Ok(since.elapsed())
    }

    /// Ends the edge, and says how large its shard has become.
    pub(super) fn end(mut self) -> anyhow::Result<Size> {
        self.workerd.kill();
        file::size(&file::of_the_shard(self.storage.path())?)
    }

    fn start(&mut self) -> anyhow::Result<()> {
        let storage = self.storage.path();
        self.workerd = start(&self.project, self.port, storage, &self.kv, &self.bindings)?;
        Ok(())
    }

    fn first_redemption(&mut self) -> anyhow::Result<()> {
        let created = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
        let mut calls = Calls { kind: Kind::Redeem, customers: &mut self.customers };
        let (_, request) = calls.next(created)?.context("no coupon")?;
        let status = first_status(self.port, &request)?;
        ensure!(status == 201, "the first redemption was answered {status}");
        Ok(())
    }
}

/// The one that [`Issuer`] gives coupons of: a single shard.
fn campaign() -> anyhow::Result<CampaignId> {
    CampaignId::new(0, 1).context("no such campaign")
}

fn start(
    project: &Path,
    port: u16,
    storage: &Path,
    kv: &KvServer,
    bindings: &[(String, String)],
) -> anyhow::Result<Workerd> {
    let start = Start { project, port, storage, kv: kv.address(), archive: None, bindings };
    Workerd::start(&start, None)
}
