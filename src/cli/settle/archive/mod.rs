//! The archive's objects, as files of a folder that mirrors the bucket.

mod outline;
mod walk;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use super::finding::{Fault, Finding};
use super::head::read_head;
use crate::campaign::{CampaignId, Shard};
use crate::journal::{Head, Incarnation, Origin, Segment};
use crate::jws::PublicKeys;

pub(super) use outline::proven;
pub(super) use walk::Walk;

/// What is in the folder.
#[derive(Debug, Default)]
pub(super) struct Archive {
    pub(super) shards: BTreeMap<Shard, Objects>,
    /// Objects whose names say nothing.
    pub(super) strays: Vec<Finding>,
}

/// What is there of a shard.
#[derive(Debug, Default)]
pub(super) struct Objects {
    head: Option<PathBuf>,
    pub(super) segments: BTreeMap<Place, PathBuf>,
}

/// Where a segment is by its name: the life of the shard, and the first entry.
pub(super) type Place = (Incarnation, u64);

impl Archive {
    /// Looks at the names; of one campaign, when it is given.
    pub(super) fn open(folder: &Path, only: Option<CampaignId>) -> anyhow::Result<Self> {
        let mut archive = Self::default();
        let mut campaigns = Vec::new();
        let mut folders = vec![(folder.join("journal"), "journal".to_owned())];
        if !folder.join("journal").is_dir() {
            bail!("no archive in {}: it has no folder `journal`", folder.display());
        }
        while let Some((path, key)) = folders.pop() {
            let why = || format!("cannot read {}", path.display());
            for entry in fs::read_dir(&path).with_context(why)? {
                let entry = entry.with_context(why)?;
                let key = format!("{key}/{}", entry.file_name().to_string_lossy());
                if entry.path().is_dir() {
                    folders.push((entry.path(), key));
                } else {
                    archive.add(&key, entry.path(), only, &mut campaigns);
                }
            }
        }
        if archive.shards.is_empty() {
            let there: Vec<_> = campaigns.iter().map(CampaignId::to_string).collect();
            match only {
                Some(id) if !there.is_empty() => bail!(
                    "nothing of campaign {id} in {}; there is campaign {}",
                    folder.display(),
                    there.join(", ")
                ),
                _ => bail!("no segment and no head in {}", folder.display()),
            }
        }
        archive.strays.sort_by(|one, other| one.object.cmp(&other.object));
        Ok(archive)
    }

    fn add(
        &mut self,
        key: &str,
        path: PathBuf,
        only: Option<CampaignId>,
        campaigns: &mut Vec<CampaignId>,
    ) {
        let Some((shard, object)) = parse(key) else {
            self.strays.push(Finding::new(key, Fault::Stray));
            return;
        };
        let campaign = shard.campaign();
        if only.is_some_and(|only| only != campaign) {
            if !campaigns.contains(&campaign) {
                campaigns.push(campaign);
            }
            return;
        }
        let objects = self.shards.entry(shard).or_default();
        match object {
            Object::Head => objects.head = Some(path),
            Object::Segment(place) => _ = objects.segments.insert(place, path),
        }
    }
}

impl Objects {
    /// The shard's head, once its signature is right and it is of this shard.
    pub(super) fn head(&self, shard: Shard, keys: &PublicKeys) -> Result<Head, Finding> {
        let key = head_key(shard);
        let Some(path) = &self.head else { return Err(Finding::new(key, Fault::NoHead)) };
        let text = match fs::read(path) {
            Ok(text) => text,
            Err(why) => return Err(Finding::new(key, Fault::Unreadable(why.to_string()))),
        };
        match read_head(&text, keys) {
            Ok(head) if head.origin.shard == shard => Ok(head),
            Ok(head) => Err(Finding::new(key, Fault::Foreign(head.origin.shard.object_name()))),
            Err(fault) => Err(Finding::new(key, Fault::Head(fault))),
        }
    }

    /// Whose the first segment says that it is.
    pub(super) fn first_origin(&self) -> Option<Origin> {
        let text = fs::read(self.segments.values().next()?).ok()?;
        Some(Segment::read(&text).ok()?.header().origin)
    }

    /// The segments that may follow on a chain that ends here.
    pub(super) fn after(&self, end: &Head) -> impl Iterator<Item = (Place, &Path)> + use<'_> {
        let range = (end.incarnation, end.last + 1)..;
        self.segments.range(range).map(|(place, path)| (*place, path.as_path()))
    }
}

/// The folder of a shard.
pub(super) fn folder(shard: Shard) -> String {
    format!("journal/c{}/{:05}/", shard.campaign(), shard.index())
}

fn head_key(shard: Shard) -> String {
    folder(shard) + "head.jws"
}

/// A segment's name.
pub(super) fn segment_key(shard: Shard, (incarnation, first): Place) -> String {
    format!("{}{incarnation:03}/{first:015}.tsv", folder(shard))
}

enum Object {
    Head,
    Segment(Place),
}

/// What a name says; `None` when it is not the one spelling of anything.
fn parse(key: &str) -> Option<(Shard, Object)> {
    let mut parts = key.strip_prefix("journal/c")?.split('/');
    let campaign = CampaignId::try_from(parts.next()?.parse::<u32>().ok()?).ok()?;
    let shard = Shard::new(campaign, parts.next()?.parse().ok()?)?;
    let (object, spelling) = match (parts.next()?, parts.next()) {
        ("head.jws", None) => (Object::Head, head_key(shard)),
        (incarnation, Some(first)) => {
            let first = first.strip_suffix(".tsv")?.parse().ok()?;
            let place = (incarnation.parse().ok()?, first);
            (Object::Segment(place), segment_key(shard, place))
        }
        _ => return None,
    };
    // Lives and entries are counted from 1.
    let counted = !matches!(object, Object::Segment((0, _) | (_, 0)));
    (counted && spelling == key).then_some((shard, object))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_spelling() {
        assert!(parse("journal/c536870913/00010/head.jws").is_some());
        assert!(parse("journal/c536870913/00010/001/000000000000001.tsv").is_some());
        for stray in [
            "journal/c536870913/10/head.jws",
            "journal/c536870913/00016/head.jws",
            "journal/c536870913/00010/head.jws.part",
            "journal/c536870913/00010/001/1.tsv",
            "journal/c536870913/00010/001/000000000000001.tsv/x",
            "journal/c536870913/00010/1/000000000000001.tsv",
            "journal/c536870913/00010/001/000000000000000.tsv",
            "journal/c536870913/00010/000/000000000000001.tsv",
            "journal/x",
        ] {
            assert!(parse(stray).is_none(), "{stray}");
        }
    }
}
