// One ledger shard: carries between the calls, the statements and the rule.

import { decodeUrl, encodeUrl } from "./base64.js";
import * as rule from "./ledger-rule.js";
import * as sql from "./ledger-statement.js";

const ANSWER_VERSION = 1;
const KINDS = [undefined, "redemption", "reversal", "void"];

/** The database holds what this build cannot read, or a statement contradicts the rule. */
export class Unexpected extends Error {}

export class LedgerShard {
  #storage;
  #seen = { campaign: 0, shops: 0 };
  #commands = {
    redeem: (it, epochs, now) => this.#redeem(it, epochs, now),
    recall: ({ serial, by, fingerprint }) =>
      unchanged(rule.recall(this.#chain(bytes(serial)), by, fingerprint) ?? "nothing-to-replay"),
    reverse: (it, epochs, now) => this.#reverse(it, epochs, now),
    cancel: (it, epochs, now) => this.#cancel(it, epochs, now),
    find: ({ seq, shop }) => unchanged(this.#find(seq, shop) ?? rule.refused("not-found")),
    look: ({ serial }) => unchanged(rule.look(this.#chain(bytes(serial)))),
  };

  /** Opens the shard and brings its schema up to date. */
  constructor(storage) {
    this.#storage = storage;
    this.#migrate();
    const [newest] = this.#run(sql.TIP).entries;
    // Each entry has the epochs it was judged by, never lower ones than the entry before.
    if (newest) this.#seen = newest.epochs;
  }

  /** Does what the call asks, now. Nothing is awaited, so no other call comes in between. */
  handle({ epochs, commands: [command] }, now) {
    const seen = this.#seen;
    if (epochs.campaign < seen.campaign || epochs.shops < seen.shops) return unchanged(rule.refused("policy-stale"));
    this.#seen = epochs;
    const [[name, fields]] = Object.entries(command);
    return this.#commands[name](fields, epochs, now);
  }

  #redeem(it, epochs, now) {
    const { serial, by, fingerprint } = it;
    const request = [hex(serial), by.shop, by.till, hex(by.key), hex(fingerprint), it.discount, it.order_amount,
      it.order_ref ?? null, it.reversal_window_s * 1000, it.chain, null];
    const cursor = this.#storage.exec(sql.REDEEM, JSON.stringify([request]), now, epochs.campaign, epochs.shops,
      ANSWER_VERSION);
    const [appended] = cursor.raw().toArray();
    if (!appended) return reply(answered(rule.redeem(this.#chain(bytes(serial)), by, fingerprint)), 0);
    const [seq, n, at] = appended;
    return reply({ appended: { seq, n, at } }, cursor.rowsWritten);
  }

  #reverse({ seq, by, fingerprint }, epochs, now) {
    const { entries: [reversal], rowsWritten } = this.#undo(sql.REVERSE, seq, by, fingerprint, epochs, now);
    const found = this.#find(seq, by.shop)?.found;
    if (!found) return unchanged(rule.refused("not-found"));
    const { redemption } = found;
    if (reversal) return reply({ reversed: { redemption, reversal, replayed: false } }, rowsWritten);
    return reply(answered(rule.reverse(redemption, found.reversal, now)), rowsWritten);
  }

  #cancel({ serial: text, by, fingerprint }, epochs, now) {
    const serial = bytes(text);
    const { entries: [entry], rowsWritten } = this.#undo(sql.CANCEL, serial, by, fingerprint, epochs, now);
    if (!entry) return reply(answered(rule.cancel(this.#chain(serial), by, now)), rowsWritten);
    if (entry.kind === "void") return reply({ voided: { entry, replayed: false } }, rowsWritten);
    const redemption = this.#at(serial, entry.n - 1) ?? contradiction();
    return reply({ reversed: { redemption, reversal: entry, replayed: false } }, rowsWritten);
  }

  /** Runs one of the two statements that undo: they take the same parameters after the first. */
  #undo(text, what, by, fingerprint, epochs, now) {
    return this.#run(text, what, now, by.shop, by.till, bytes(by.key), bytes(fingerprint), epochs.campaign,
      epochs.shops, ANSWER_VERSION);
  }

  #chain(serial) {
    return this.#run(sql.CHAIN, serial).entries;
  }

  #at(serial, n) {
    return this.#run(sql.AT, serial, n).entries[0] ?? null;
  }

  #find(seq, shop) {
    const [redemption] = this.#run(sql.FIND, seq, shop).entries;
    if (!redemption) return null;
    return { found: { redemption, reversal: this.#at(bytes(redemption.serial), redemption.n + 1) } };
  }

  #run(text, ...parameters) {
    const cursor = this.#storage.exec(text, ...parameters);
    const entries = cursor.raw().toArray().map(entryOf);
    return { entries, rowsWritten: cursor.rowsWritten };
  }

  #migrate() {
    const exec = (text, ...parameters) => this.#storage.exec(text, ...parameters).raw().toArray();
    exec(sql.MIGRATION_TABLE);
    const [[done]] = exec(sql.MIGRATED);
    if (done > sql.MIGRATIONS.length) throw new Unexpected("a later build was here");
    for (let number = done; number < sql.MIGRATIONS.length; number += 1) {
      exec(sql.MIGRATIONS[number]);
      exec(sql.RECORD_MIGRATION, number + 1);
    }
  }
}

/** An entry, as it goes over the wire. */
function entryOf(row) {
  const [seq, serial, n, kind, at, shop, till, key, fingerprint, discount, orderAmount, orderRef, policyEpoch,
    shopsEpoch, reversibleUntil, answer] = row;
  if (KINDS[kind] === undefined) throw new Unexpected("an entry of another kind");
  return {
    seq,
    serial: text(serial, 12),
    n,
    kind: KINDS[kind],
    at,
    by: { shop, till, key: text(key, 16) },
    fingerprint: text(fingerprint, 16),
    discount,
    order_amount: orderAmount,
    order_ref: orderRef,
    epochs: { campaign: policyEpoch, shops: shopsEpoch },
    reversible_until: reversibleUntil,
    answer,
  };
}

function text(blob, size) {
  if (blob.byteLength !== size) throw new Unexpected("a number of another length");
  return encodeUrl(new Uint8Array(blob));
}

const hex = (text) => Buffer.from(text, "base64url").toString("hex");

/** The bytes of a serial, or of a hash. */
const bytes = (text) => decodeUrl(text, text.length === 16 ? 12 : 16);

const reply = (outcome, rowsWritten) => ({ outcomes: [outcome], rows_written: rowsWritten });
const unchanged = (outcome) => reply(outcome, 0);
const answered = (outcome) => (outcome === rule.CONTRADICTION ? contradiction() : outcome);

function contradiction() {
  throw new Unexpected("a statement did not append although the rule sees no reason");
}
