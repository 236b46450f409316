//! A shop's statement: steps 5 to 9 of the way of a request that asks for one.

use worker::js_sys::Reflect;

use super::handler::{Desk, Stop, failed};
use super::{clock, platform};
use crate::admission::PATIENCE_MS;
use crate::api::{Answer, StatementRequest};
use crate::calendar::{Day, TimeZone};
use crate::refusal::{Fault, Refusal};
use crate::signature::AuthenticatedTill;
use crate::statement::{Bucket, Period, Question};
use crate::time::Timestamp;

/// The binding of the statements' objects.
const STATEMENT: &str = "STATEMENT";

impl Desk<'_> {
    /// 5. the credential may read
    /// 6. the query, the shop, the day
    /// 9. one call to the object that has the shop
    pub(super) async fn statement(
        &self,
        till: &AuthenticatedTill,
        query: &str,
    ) -> Result<Answer, Stop> {
        // 5
        let shops = self.config.policies.shops(self.behalf()).await.map_err(failed)?;
        let reader = shops.admit_reader(till)?;

        // 6
        let asked = StatementRequest::read(query)?;
        let scope = reader.scope(asked.shop)?;
        let zone = asked.time_zone.or_else(|| shops.time_zone(&reader).cloned());
        let zone = zone.unwrap_or_else(TimeZone::utc);
        let period = period(&asked.day, &zone)?;
        let campaigns = self.config.keyring.campaigns().into_iter().collect();
        let mut question = Question::new(scope, (asked.day, zone), period, asked.limit, campaigns);
        if let Some(cursor) = asked.cursor {
            question = question.after(cursor).ok_or_else(|| {
                malformed("cursor: it belongs to the statement of another shop or day")
            })?;
        }

        // 9
        self.log.note("statement", question.shop());
        self.ask_statement(&question).await.map_err(failed)
    }

    async fn ask_statement(&self, question: &Question) -> Result<Answer, Fault> {
        let namespace = Reflect::get(&self.env, &STATEMENT.into())
            .map_err(|why| Fault::Internal(format!("{STATEMENT} is not bound: {why:?}")))?;
        let name = Bucket::of(question.shop()).object_name();
        let question =
            serde_json::to_string(question).map_err(|why| Fault::Internal(why.to_string()))?;
        let time = u32::try_from(PATIENCE_MS).unwrap_or(u32::MAX);
        let statement =
            platform::ask_statement(&namespace, &name, &question, &self.patience, time).await;
        let statement = statement.map_err(|why| {
            Fault::Busy(format!("the statement is out of reach: {}", platform::reason(&why)))
        })?;
        Ok(Answer::statement(statement.into()))
    }
}

/// The day, where it is that day, if it has begun.
fn period(day: &Day, zone: &TimeZone) -> Result<Period, Refusal> {
    let bounds = platform::day_bounds(day.as_str(), zone.as_str());
    let bounds = bounds.as_deref().unwrap_or_default();
    let [from, until] = bounds else {
        return Err(malformed(&format!("tz: the edge knows no time zone {}", zone.as_str())));
    };
    let [from, until] = [*from, *until].map(|bound| Timestamp::from_millis(bound as u64));
    if from > clock::now() {
        return Err(malformed(&format!("day: it has not begun in {}", zone.as_str())));
    }
    Ok(Period { from, until })
}

fn malformed(why: &str) -> Refusal {
    Refusal::MalformedRequest(why.to_owned())
}
