import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { randomHistory } from "../../../protocol/test/random-history.ts";
import { reputationFile } from "./reputation-file.ts";

const SEED = 11;
const directory = mkdtempSync(join(tmpdir(), "lloom-reputation-file-"));
const history = randomHistory(SEED, 400);
const block = (number: number) => ({ number, hash: `0x${number.toString(16).padStart(64, "0")}` as const });
let files = 0;
const fresh = () => {
  const path = join(directory, "below", `${files++}.jsonl`);
  return { path, file: reputationFile(path) };
};

afterAll(() => rmSync(directory, { recursive: true, force: true }));

it(`gives back every kind of event as it was kept, step by step (seed ${SEED})`, () => {
  const { file } = fresh();
  expect(file.load()).toBeUndefined();
  file.append(history.slice(0, 200), block(100));
  file.append([], block(200));
  file.append(history.slice(200), block(300));
  expect(file.load()).toEqual({ events: history, upTo: block(300) });
  file.clear();
  expect(file.load()).toBeUndefined();
});

it("cuts a line off that a crash cut short, and goes on after the one before", () => {
  const { path, file } = fresh();
  file.append(history.slice(0, 3), block(100));
  const whole = readFileSync(path, "utf8");
  appendFileSync(path, whole.slice(0, -9));
  expect(file.load()).toEqual({ events: history.slice(0, 3), upTo: block(100) });
  file.append(history.slice(3, 5), block(200));
  expect(file.load()).toEqual({ events: history.slice(0, 5), upTo: block(200) });
});

it("throws away what is no such file", () => {
  const { path, file } = fresh();
  file.append([], block(1));
  for (const nonsense of [
    "",
    "\n",
    "{}\n",
    '{"upTo":{"number":1,"hash":"0x"},"events":[{"block":1,"event":{"kind":"gift"}}]}\n',
  ]) {
    writeFileSync(path, nonsense);
    expect(file.load()).toBeUndefined();
  }
});
