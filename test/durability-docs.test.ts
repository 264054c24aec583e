// What docs/durability.md says of crash points is held by tests that exist, and it says it of every file that signs or sends.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../checkout/paths.ts";
import { ENOUGH_ROOM_BYTES, LEAST_ROOM_BYTES } from "../node/src/store/files/disk-room.ts";
import { inside, isTest, typescript } from "./own-sources.ts";

const page = readFileSync(join(ROOT, "docs/durability.md"), "utf8");

interface CrashPoint {
  readonly point: string;
  /** Below node/src. */
  readonly files: readonly string[];
  readonly tests: readonly { readonly path: string; readonly title: string }[];
}

/** Rows of the tables between two headings, or from one to the end. */
const rows = (from: number, to?: number): string[] =>
  page
    .slice(from, to)
    .split("\n")
    .filter((line) => /^\| (?!point|fault|---)/.test(line));

const testsOf = (held: string): CrashPoint["tests"] =>
  [...held.matchAll(/\[[^\]]+\]\(\.\.\/([^)]+)\) "([^"]+)"/g)].map(([, path = "", title = ""]) => ({ path, title }));

/** Those that do not exist. */
const missingOf = (tests: CrashPoint["tests"]): string[] =>
  tests
    .filter(({ path, title }) => {
      const source = typescript.find((one) => one.path === path)?.text ?? "";
      return !['"', "`"].some((quote) => source.includes(`${quote}${title}${quote}`));
    })
    .map(({ path, title }) => `${path}: ${title}`);

const crashPoints: readonly CrashPoint[] = rows(0, page.indexOf("## A full disk")).map((line) => {
  const [point = "", where = "", , , held = ""] = line
    .split("|")
    .slice(1)
    .map((cell) => cell.trim());
  return {
    point,
    files: [...where.matchAll(/`([^`]+)`/g)].map(([, file = ""]) => file),
    tests: testsOf(held),
  };
});

/** What signs with a node's key, or sends by its account. */
const SIGNS_OR_SENDS = /\.sign\b|senderOf\(|\bsender\.send\(|sendFirst\(/;
/** Stands below those that decide: what signs and sends for all of them, and a host's own name. */
const TOOLS = ["node/src/chain", "node/src/p2p/host/native-signatures.ts"];
/** Signs what nobody owes anything for: what an observer saw, and a request that is made to be refused. */
const OWES_NOTHING = ["node/src/observer/publish.ts", "node/src/commands/conformance/strangers-request.ts"];

describe("the table of crash points", () => {
  it("has rows, and each names where it is and the tests that hold it", () => {
    expect(crashPoints.length).toBeGreaterThan(30);
    for (const { point, files, tests } of crashPoints)
      expect([point, files.length > 0, tests.length > 0]).toEqual([point, true, true]);
  });

  it("names files and tests that exist", () => {
    const missing = crashPoints.flatMap(({ files, tests }) => [
      ...files.map((file) => `node/src/${file}`).filter((file) => !existsSync(join(ROOT, file))),
      ...missingOf(tests),
    ]);
    expect(missing).toEqual([]);
  });

  it("names every file that signs or sends", () => {
    const named = new Set(crashPoints.flatMap(({ files }) => files.map((file) => `node/src/${file}`)));
    const found = typescript
      .filter(({ path, text }) => inside(path, "node/src") && !isTest(path) && SIGNS_OR_SENDS.test(text))
      .map(({ path }) => path)
      .filter((path) => ![...TOOLS, ...OWES_NOTHING].some((other) => inside(path, other)));
    expect(found.length).toBeGreaterThan(20);
    expect(found.filter((path) => !named.has(path))).toEqual([]);
  });
});

it("has a table of faults, each with tests that exist", () => {
  const faults = rows(page.indexOf("## Every fault"));
  expect(faults.length).toBeGreaterThan(10);
  for (const fault of faults) expect([fault, /\]\((?:\.\.|#)/.test(fault)]).toEqual([fault, true]);
  expect(faults.flatMap((fault) => missingOf(testsOf(fault)))).toEqual([]);
});

it("says how much room is too little, and how much is enough", () => {
  for (const bytes of [LEAST_ROOM_BYTES, ENOUGH_ROOM_BYTES]) expect(page).toContain(`${bytes / 1e6} MB`);
});
