import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { randomHistory } from "../../../../protocol/test/random-history.ts";
import { reputationFile } from "./reputation-file.ts";

const SEED = 11;
const directory = mkdtempSync(join(tmpdir(), "lloom-reputation-file-"));
const history = randomHistory(SEED, 400);
const block = (number: number) => ({ number, hash: `0x${number.toString(16).padStart(64, "0")}` as const });
const step = (from: number, to: number, events: typeof history = []) => ({ from, upTo: block(to), events });
let files = 0;
const fresh = () => {
  const path = join(directory, "below", `${files++}.jsonl`);
  return { path, file: reputationFile(path) };
};

afterAll(() => rmSync(directory, { recursive: true, force: true }));

it(`gives back every kind of event as it was kept, step by step (seed ${SEED})`, () => {
  const { file } = fresh();
  expect(file.load()).toBeUndefined();
  file.append(step(7, 100, history.slice(0, 200)));
  file.append(step(101, 200));
  file.append(step(201, 300, history.slice(200)));
  expect(file.load()).toEqual(step(7, 300, history));
  file.clear();
  expect(file.load()).toBeUndefined();
});

it("cuts a line off that a crash cut short, and goes on after the one before", () => {
  const { path, file } = fresh();
  file.append(step(0, 100, history.slice(0, 3)));
  const whole = readFileSync(path, "utf8");
  appendFileSync(path, whole.slice(0, -9));
  expect(file.load()).toEqual(step(0, 100, history.slice(0, 3)));
  file.append(step(101, 200, history.slice(3, 5)));
  expect(file.load()).toEqual(step(0, 200, history.slice(0, 5)));
});

it.each([
  ["twice what another process read too", step(0, 150, history.slice(0, 4))],
  ["what comes after something that is not there", step(102, 200, history.slice(4, 5))],
])("gives back nothing %s", (_, other) => {
  const { file } = fresh();
  file.append(step(0, 100, history.slice(0, 3)));
  file.append(other);
  expect(file.load()).toEqual(step(0, 100, history.slice(0, 3)));
  file.append(step(101, 300, history.slice(3)));
  expect(file.load()).toEqual(step(0, 300, history));
});

it("throws away what is no such file", () => {
  const { path, file } = fresh();
  file.append(step(0, 1));
  for (const nonsense of [
    "",
    "\n",
    "{}\n",
    '{"from":0,"upTo":{"number":1,"hash":"0x"},"events":[{"block":1,"event":{"kind":"gift"}}]}\n',
  ]) {
    writeFileSync(path, nonsense);
    expect(file.load()).toBeUndefined();
  }
});
