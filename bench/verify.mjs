// What it takes to verify a coupon's token of either version and a till's signature in Wasm, in microseconds, as JSON:
// node bench/verify.mjs target/wasm32-unknown-unknown/release/examples/verify.wasm
//
// The code runs alone here, with none of the platform around it: examples/verify.rs.
import { readFileSync } from "node:fs";

const ROUNDS = 200;
// The first rounds run in code that the engine has not optimized yet.
const WARM_UP = 10;
// A round takes some milliseconds: long for the clock, and short enough to go undisturbed.
const TIMES = { token: 4000, signed: 20, signature: 400 };

const module = new WebAssembly.Module(readFileSync(process.argv[2]));
// The Worker is in it too, which is what needs the platform. What is measured calls none of it.
const imports = {};
for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
  if (kind !== "function") throw new Error(`${from} ${name} is a ${kind}`);
  (imports[from] ??= {})[name] = () => {
    throw new Error(`${name} was called`);
  };
}
const { exports } = new WebAssembly.Instance(module, imports);
// Before wasm-bindgen has made its JavaScript, a hash stands behind each name.
const named = (name) => Object.entries(exports).find(([it]) => it.startsWith(`${name}_`))[1];
const work = Object.entries(TIMES).map(([name, times]) => [name, times, named(name)]);

const least = {};
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, times, verify] of work) {
    const start = performance.now();
    const right = verify(times);
    const us = ((performance.now() - start) * 1000) / times;
    if (right !== times) throw new Error(`${name}: ${times - right} of ${times} did not verify`);
    // The least: the work is the same each time, so whatever a round took longer, something else
    // took. A mean or a median would measure the machine's other work as well.
    if (round >= WARM_UP) least[name] = Math.min(least[name] ?? Infinity, us);
  }
}
console.log(
  JSON.stringify({
    verify_us: least.token,
    verify_v2_us: least.signed,
    signature_us: least.signature,
  }),
);
