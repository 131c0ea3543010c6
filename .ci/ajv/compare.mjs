// compare.mjs SCHEMA BODIES: compares the verdicts of ajv and of the engine on each body.
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import Ajv from "ajv";
import Ajv2020 from "ajv/dist/2020.js";

const [schemaFile, bodiesFile] = process.argv.slice(2);
const schema = JSON.parse(readFileSync(schemaFile, "utf8"));
const Validator = schema.$schema.includes("2020-12") ? Ajv2020 : Ajv;
const validate = new Validator({ strict: false }).compile(schema);
let [erroneous, refused, clean] = [0, 0, 0];
for (const line of readFileSync(bodiesFile, "utf8").trimEnd().split("\n")) {
  const { error, body } = JSON.parse(line);
  const takes = validate(JSON.parse(body));
  if (!error) {
    clean += 1;
    if (!takes) {
      console.error(`refused by ajv: ${JSON.stringify(validate.errors[0])}\n${body}`);
      process.exit(1);
    }
  } else {
    erroneous += 1;
    refused += takes ? 0 : 1;
  }
}
const share = (100 * refused) / erroneous;
console.log(`ajv, ${basename(schemaFile)}: ${refused} of ${erroneous} refused (${share.toFixed(1)} %), ${clean} taken`);
if (!(share >= 80) || clean < 100) process.exit(1);
