//! Reading an archive for a pull: what is new in each shard, checked, in order.

use std::collections::BTreeMap;
use std::sync::mpsc::SyncSender;

use crate::campaign::Shard;
use crate::cli::settle::archive::{Archive, Objects, Walk, folder, proven};
use crate::cli::settle::db::Loaded;
use crate::cli::settle::finding::{Fault, Finding};
use crate::journal::{Head, Segment};
use crate::jws::PublicKeys;
use crate::time::Timestamp;

/// What the reader hands to the loader.
pub(super) enum Step {
    Segment(Box<Segment>, Box<Head>),
    /// All of a shard is read that its head counts.
    Complete(Box<Head>, Timestamp),
    /// No more of this shard: what is read is kept as far as this.
    Stopped(Box<Head>),
    Wrong(Finding),
}

/// Reads all shards. Ends early when nobody listens any more.
pub(super) fn read(
    archive: &Archive,
    keys: &PublicKeys,
    before: &BTreeMap<Shard, Loaded>,
    to: SyncSender<Step>,
) {
    for (shard, objects) in &archive.shards {
        let steps = ShardReader { shard: *shard, objects, keys, before: before.get(shard) };
        if steps.read(&to).is_none() {
            return;
        }
    }
    // Shards that were there, and are not any more.
    let of_campaigns: Vec<_> = archive.shards.keys().map(|shard| shard.campaign()).collect();
    for shard in before.keys() {
        let gone = !archive.shards.contains_key(shard) && of_campaigns.contains(&shard.campaign());
        let finding = Finding::new(folder(*shard), Fault::NoHead);
        if gone && to.send(Step::Wrong(finding)).is_err() {
            return;
        }
    }
}

struct ShardReader<'a> {
    shard: Shard,
    objects: &'a Objects,
    keys: &'a PublicKeys,
    before: Option<&'a Loaded>,
}

impl ShardReader<'_> {
    /// `None` when nobody listens any more.
    fn read(&self, to: &SyncSender<Step>) -> Option<()> {
        let wrong = |finding| to.send(Step::Wrong(finding)).ok();
        let head = match self.objects.head(self.shard, self.keys) {
            Ok(head) => head,
            Err(finding) => return wrong(finding),
        };
        let end = match self.before.map(|before| (before, &before.end)) {
            None => Head::new(head.origin, 1),
            Some((before, end)) => {
                let of = |head: &Head| (head.incarnation, head.last, head.segments);
                if of(&head) < of(end) || head.complete_until < before.complete_until {
                    let (loaded, last) = (end.last, head.last);
                    let fault = Fault::Rollback { loaded, head: last };
                    return wrong(Finding::new(head.key(), fault));
                }
                *end
            }
        };
        let mut walk = Walk::new(self.shard, self.objects, end);
        let Some(count) = proven(self.objects, &end, &head) else {
            // Nothing here can be believed; why is in the files.
            for finding in walk.by_ref().filter_map(Result::err) {
                wrong(finding)?;
            }
            return walk.ends_with(&head).map_or(Some(()), wrong);
        };
        for _ in 0..count {
            let Some(step) = walk.next() else { break };
            match step {
                Ok(segment) => {
                    let end = Box::new(*walk.end());
                    to.send(Step::Segment(Box::new(segment), end)).ok()?;
                }
                Err(finding) => {
                    to.send(Step::Stopped(Box::new(*walk.end()))).ok()?;
                    return wrong(finding);
                }
            }
        }
        if let Some(finding) = walk.ends_with(&head) {
            to.send(Step::Stopped(Box::new(*walk.end()))).ok()?;
            return wrong(finding);
        }
        to.send(Step::Complete(Box::new(*walk.end()), head.complete_until)).ok()
    }
}
