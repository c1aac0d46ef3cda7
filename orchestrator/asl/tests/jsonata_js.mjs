// Rewrites jsonata_js.json: what jsonata-js (2.2.2) says about the expressions in it, evaluated on nothing but
// $states.input. A row without a code is an expression that parses and gives nothing. Some are of its own test suite.
//
//     node jsonata_js.mjs FOLDER_WITH_NODE_MODULES
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";

const jsonata = createRequire(resolve(process.argv[2], "index.js"))("jsonata");
const file = new URL("jsonata_js.json", import.meta.url);
const rows = [];
for (const { expression, input } of JSON.parse(readFileSync(file, "utf8"))) {
  let row = { expression, input };
  try {
    const value = await jsonata(expression).evaluate(undefined, { states: { input } });
    if (value !== undefined) throw new Error(`${expression} gives ${JSON.stringify(value)}`);
  } catch (error) {
    if (!error.code) throw error;
    row = { expression, input, code: error.code, message: error.message };
  }
  rows.push(JSON.stringify(row));
}
writeFileSync(file, `[\n${rows.join(",\n")}\n]\n`);
