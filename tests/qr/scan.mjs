// Reads QR codes back with a reader that knows nothing of this project (ZBar), and prints the text
// of each on a line, in order. Takes PNG files, and SVG or HTML files with codes drawn as this
// project draws them: their rectangles are painted here, because no browser is at hand.
import { readFile } from "node:fs/promises";
import { scanRGBABuffer } from "@undecaf/zbar-wasm";
import { PNG } from "pngjs";

const PIXELS = 6;

for (const file of process.argv.slice(2)) {
  const bytes = await readFile(file);
  const images = file.endsWith(".png") ? [PNG.sync.read(bytes)] : drawings(bytes.toString());
  for (const { data, width, height } of images) {
    const codes = await scanRGBABuffer(Uint8ClampedArray.from(data).buffer, width, height);
    if (codes.length !== 1) throw new Error(`${file}: ${codes.length} codes in one picture`);
    console.log(codes[0].decode());
  }
}

function drawings(text) {
  const drawing = /viewBox="0 0 (\d+) .*?<path d="((?:M\d+ \d+h\d+v1H\d+z)+)"\/>/gs;
  return [...text.matchAll(drawing)].map(([, modules, path]) => paint(modules, path));
}

function paint(modules, path) {
  const width = modules * PIXELS;
  const data = new Uint8ClampedArray(width * width * 4).fill(255);
  for (const [, x, y, run] of path.matchAll(/M(\d+) (\d+)h(\d+)/g)) {
    for (let row = y * PIXELS; row < (+y + 1) * PIXELS; row++) {
      for (let column = x * PIXELS; column < (+x + +run) * PIXELS; column++) {
        data.fill(0, (row * width + column) * 4, (row * width + column) * 4 + 3);
      }
    }
  }
  return { data, width, height: width };
}
