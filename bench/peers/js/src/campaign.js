// Campaigns, the shards of their ledgers, and the ids of redemptions.

import { decodeUrl, encodeUrl } from "./base64.js";
import { sha256 } from "./crypto.js";

/** Whether a number can be a campaign's: the top 5 bits are log2 of its shards, at most 16. */
export const isCampaign = (id) => Number.isInteger(id) && id >= 0 && id <= 0xffff_ffff && id >>> 27 <= 16;

/** How many ledger shards the campaign has. */
export const shardsOf = (campaign) => 2 ** (campaign >>> 27);

/** The shard that decides on a coupon; hashed, because serials need not be spread evenly. */
export function shardOf(campaign, serial) {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setUint32(0, campaign);
  bytes.set(serial, 4);
  const index = sha256(bytes).readUInt32BE(0) % shardsOf(campaign);
  return { campaign, index };
}

/** The name of the shard's Durable Object. */
export const objectName = ({ campaign, index }) => `c${campaign}/${index}`;

/** `R1.` and campaign, shard and sequence number: it routes itself. */
export function writeRedemptionId({ campaign, index }, seq) {
  const bytes = new Uint8Array(12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, campaign);
  view.setUint16(4, index);
  view.setUint16(6, Math.floor(seq / 2 ** 32));
  view.setUint32(8, seq % 2 ** 32);
  return `R1.${encodeUrl(bytes)}`;
}

/** Reads a redemption's id; null if the text is none, or if its campaign has no such shard. */
export function parseRedemptionId(text) {
  const bytes = text.startsWith("R1.") ? decodeUrl(text.slice(3), 12) : null;
  if (!bytes) return null;
  const view = new DataView(bytes.buffer);
  const shard = { campaign: view.getUint32(0), index: view.getUint16(4) };
  if (!isCampaign(shard.campaign) || shard.index >= shardsOf(shard.campaign)) return null;
  return { text, shard, seq: view.getUint16(6) * 2 ** 32 + view.getUint32(8) };
}
