//! Shipping to the archive: segments that are written once, and the head that says how far they go.

use super::{IN_A_ROW, PATIENCE_MS, Shipper};
use crate::edge::{clock, config, log, platform};
use crate::journal::{Chain, Consumer, Head, Segment, pace, segment};
use crate::jws::{SigningKeys, Typ};

impl Shipper {
    /// The archive: segments, and the head when anything is new.
    pub(super) async fn archive(&self, all: bool) -> Result<(), String> {
        for _ in 0..IN_A_ROW {
            let Some((segment, text)) = self.outbox(|outbox| outbox.next_segment())? else { break };
            let full = segment.entries().len() == segment::MAX_ENTRIES;
            let campaign = segment.header().origin.shard.campaign();
            let oldest = segment.entries().first().map(|entry| entry.at);
            let waited = oldest.map_or(0, |at| clock::now().millis_since(at));
            if !(all || full || waited >= pace::segment_delay_ms(campaign)) {
                break;
            }
            match self.keep(&segment.key(), &text).await? {
                None => self.outbox(|outbox| outbox.archived(&segment).map(|_| ()))?,
                Some(there) => self.find_there(&there).await?,
            }
        }
        let due = self.outbox(|outbox| outbox.head_is_due())?;
        if due || all { self.write_head().await } else { Ok(()) }
    }

    /// Looks, once in an instance's life, whether the archive goes further than the shard. Then the shard
    /// was put back to a backup, and as long as nobody redeems there nothing else would tell.
    pub(super) async fn look(&self) -> Result<(), String> {
        if self.looked.get() {
            return Ok(());
        }
        let ours = self.outbox(|outbox| {
            let ours = outbox.journal()?.zip(outbox.head()?);
            Ok(ours.zip(Some(outbox.sent(Consumer::Archive)?)))
        })?;
        // One that has no name yet looks when it has one.
        let Some(((journal, ours), sent)) = ours else { return Ok(()) };
        if self.furthest(ours).await? != ours {
            let next = segment::key(journal.origin, journal.incarnation, sent + 1);
            let text = self.read(&next).await?;
            let text = text.ok_or_else(|| format!("the archive goes further, without {next}"))?;
            self.find_there(&text).await?;
        }
        self.looked.set(true);
        Ok(())
    }

    /// The head that is in the archive if it goes further than this one.
    async fn furthest(&self, ours: Head) -> Result<Head, String> {
        let text = self.read(&ours.key()).await?;
        let keys = self.keys()?;
        // Another's head, or one under a key that was taken away, says nothing.
        let there = text.and_then(|text| {
            let verified = keys.public().verify(Typ::ArchiveHead, &text).ok()?;
            Head::parse(verified.payload.as_bytes()).filter(|there| there.origin == ours.origin)
        });
        Ok(there.filter(|there| there.is_after(&ours)).unwrap_or(ours))
    }

    /// There is a segment with this name. It is the shard's own, whose confirmation was lost; or the
    /// shard was put back to a state of before, and goes on in its next life.
    async fn find_there(&self, text: &str) -> Result<(), String> {
        let there = read(text)?;
        let Some(differs) = self.outbox(|outbox| outbox.differs(&there))? else {
            return self.outbox(|outbox| outbox.archived(&there).map(|_| ()));
        };
        let ours = self.outbox(|outbox| outbox.head())?.ok_or("no journal")?;
        let mut chain = Chain::after(self.furthest(ours).await?);
        // Segments come before the head that counts them.
        let mut next = (*chain.end() == ours).then_some(there);
        loop {
            if let Some(segment) = next.take() {
                chain.push(&segment).map_err(|why| format!("in the archive: {why}"))?;
            }
            let end = chain.end();
            let key = segment::key(end.origin, end.incarnation, end.last + 1);
            let Some(text) = self.read(&key).await? else { break };
            next = Some(read(&text)?);
        }
        let end = chain.end();
        if differs > end.last + 1 {
            return Err(format!("it lacks the archive's life {}", end.incarnation));
        }
        let why = format!("entry {differs} differs; the archive goes to {}", end.last);
        log::event("ledger-restored", clock::now(), &end.origin.shard.object_name(), &why);
        self.outbox(|outbox| outbox.restored(end, differs))
    }

    async fn write_head(&self) -> Result<(), String> {
        let Some(head) = self.outbox(|outbox| outbox.head())? else { return Ok(()) };
        let was_written = self.outbox(|outbox| outbox.head_goes_to())? > 0;
        if was_written && self.read(&head.key()).await?.is_none() {
            return self.begin_again(&head);
        }
        let (sent, complete_until) = self.outbox(|outbox| {
            let sent = outbox.sent(Consumer::Archive)?;
            Ok((sent, outbox.complete_until(sent)?))
        })?;
        let head = head.complete(complete_until);
        let json = serde_json::to_string(&head).map_err(|why| why.to_string())?;
        self.goes_on();
        let bucket = self.binding("ARCHIVE")?;
        let signed = self.keys()?.sign(Typ::ArchiveHead, &json);
        platform::overwrite(&bucket, &head.key(), &signed, PATIENCE_MS)
            .await
            .map_err(|why| platform::reason(&why))?;
        self.outbox(|outbox| outbox.head_written(sent))
    }

    /// The archive was lost, or is another one now.
    fn begin_again(&self, head: &Head) -> Result<(), String> {
        if !self.outbox(|outbox| outbox.archive_lost())? {
            return Err("the archive has lost a life that the shard does not hold".to_owned());
        }
        let why = format!("entries 1 to {} are written again", head.last);
        log::event("archive-lost", clock::now(), &head.origin.shard.object_name(), &why);
        Ok(())
    }

    async fn keep(&self, key: &str, text: &str) -> Result<Option<String>, String> {
        self.goes_on();
        let there = platform::keep(&self.binding("ARCHIVE")?, key, text, PATIENCE_MS).await;
        there.map(|it| it.map(String::from)).map_err(|why| platform::reason(&why))
    }

    async fn read(&self, key: &str) -> Result<Option<String>, String> {
        self.goes_on();
        let there = platform::kept(&self.binding("ARCHIVE")?, key, PATIENCE_MS).await;
        there.map(|it| it.map(String::from)).map_err(|why| platform::reason(&why))
    }

    fn keys(&self) -> Result<SigningKeys, String> {
        config::archive_keys(&self.env).map_err(|fault| fault.reason().to_owned())
    }
}

fn read(text: &str) -> Result<Segment, String> {
    Segment::read(text.as_bytes()).map_err(|why| format!("in the archive: {why}"))
}
