//! The journals being written: entries go to the shard of their coupon, segments into a folder.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::campaign::{CampaignId, Shard};
use crate::journal::segment::MAX_ENTRIES;
use crate::journal::{Chain, Head, Incarnation, Origin, Segment};
use crate::jws::{SigningKeys, Typ};
use crate::ledger::Entry;
use crate::money::Currency;
use crate::time::Timestamp;

/// The journals of a campaign.
pub(in super::super) struct Journals {
    folder: PathBuf,
    campaign: CampaignId,
    shards: Vec<Journal>,
    /// Bytes of all segments.
    pub(in super::super) bytes: u64,
}

struct Journal {
    chain: Chain,
    life: Incarnation,
    next: u64,
    waiting: Vec<Entry>,
}

impl Journals {
    /// Empty journals; the folder gets a file for each segment.
    pub(in super::super) fn new(
        folder: &Path,
        campaign: CampaignId,
        currency: Currency,
    ) -> anyhow::Result<Self> {
        let mut shards = Vec::new();
        for index in 0..campaign.shards() {
            let shard = Shard::new(campaign, index).context("no such shard")?;
            let head = Head::new(Origin { shard, currency }, 1);
            shards.push(Journal {
                chain: Chain::after(head),
                life: 1,
                next: 1,
                waiting: Vec::new(),
            });
        }
        Ok(Self { folder: folder.to_owned(), campaign, shards, bytes: 0 })
    }

    /// Appends an entry to its shard, where it gets its number, which is given.
    pub(in super::super) fn append(&mut self, mut entry: Entry) -> anyhow::Result<u64> {
        let index = self.campaign.shard_of(entry.serial).index() as usize;
        let journal = self.shards.get_mut(index).context("no such shard")?;
        entry.seq = journal.next;
        journal.next += 1;
        journal.waiting.push(entry);
        let seq = journal.next - 1;
        if journal.waiting.len() == MAX_ENTRIES {
            self.bytes += journal.ship(&self.folder)?;
        }
        Ok(seq)
    }

    /// The shards go on from a backup that ends with this entry, in their next life.
    #[cfg(test)]
    pub(in super::super) fn restore(&mut self, last: u64) {
        for journal in &mut self.shards {
            journal.life += 1;
            journal.next = last + 1;
        }
    }

    /// Ships what waits, and signs the heads.
    pub(in super::super) fn ship(
        &mut self,
        until: Timestamp,
        keys: &SigningKeys,
    ) -> anyhow::Result<()> {
        for journal in &mut self.shards {
            if !journal.waiting.is_empty() {
                self.bytes += journal.ship(&self.folder)?;
            }
            let mut head = *journal.chain.end();
            head.complete_until = until;
            write(
                &self.folder.join(head.key()),
                &keys.sign(Typ::ArchiveHead, &serde_json::to_string(&head)?),
            )?;
        }
        Ok(())
    }
}

impl Journal {
    fn ship(&mut self, folder: &Path) -> anyhow::Result<u64> {
        let end = self.chain.end();
        let entries = std::mem::take(&mut self.waiting);
        let (segment, text) = Segment::write(end.origin, self.life, end.hash, entries)
            .context("entries that do not follow on one another")?;
        self.chain.push(&segment).map_err(|why| anyhow::anyhow!("{why}"))?;
        write(&folder.join(segment.key()), &text)?;
        Ok(text.len() as u64)
    }
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let why = || format!("cannot write {}", path.display());
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(why)?;
    }
    fs::write(path, text).with_context(why)
}
