// Answers one request a line with one line; the folder of the modules is the argument.
import { createInterface } from "node:readline";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [folder, driver] = process.argv.slice(2);
const load = (name) => import(pathToFileURL(`${folder}/${name}.js`).href);
const modules = { ...(await load("pack")), ...(await load("whatif")), ...(await load("counts")), ...(await load("saved")) };
const act = new Function(`${readFileSync(driver, "utf-8")}; return makeDriver;`)()(modules);
for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(act(JSON.parse(line)))}\n`);
}
