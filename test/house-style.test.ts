import { describe, expect, it } from "vitest";
import { isTest, type Source, scripts, solidity, typescript } from "./own-sources.ts";

const EXPORTED = /^export (?:interface|class|type) (\w+)/gm;

const LIMITS = { typescript: 300, scripts: 300, solidity: 600 };

describe("sizes", () => {
  const tooLong = (sources: readonly Source[], limit: number): string[] =>
    sources
      .map(({ path, text }) => ({ path, lines: text.split("\n").length - 1 }))
      .filter(({ lines }) => lines > limit)
      .map(({ path, lines }) => `${path} has ${lines} lines; split it (${limit} at most)`);

  it("keeps every TypeScript file short", () => expect(tooLong(typescript, LIMITS.typescript)).toEqual([]));
  it("keeps every script short", () => expect(tooLong(scripts, LIMITS.scripts)).toEqual([]));
  it("keeps every contract short", () => expect(tooLong(solidity, LIMITS.solidity)).toEqual([]));
});

describe("language", () => {
  const sources = [...typescript, ...solidity].filter(({ path }) => path !== "test/house-style.test.ts");

  it("leaves nothing unfinished behind", () => {
    const words = /\b(TODO|FIXME|XXX|HACK)\b|\bnot implemented\b/i;
    expect(sources.filter(({ text }) => words.test(text)).map(({ path }) => path)).toEqual([]);
  });

  it("gives every error of the product a code, and every one of its tools a next step", () => {
    const ours = sources.filter(
      ({ path }) =>
        /^(protocol\/src|node\/src|browser|indexer|web|checkout|devnet|ignition)\//.test(path) &&
        !/\.test\.ts$|\/test\//.test(path),
    );
    const raw = /\bnew (?:Error|TypeError|RangeError|SyntaxError)\b/;
    // One that looks like the system's own: those who read these know no other.
    expect(ours.filter(({ text }) => raw.test(text)).map(({ path }) => path)).toEqual([
      "node/src/primitives/kept-connections.ts",
    ]);
    const classes = ours.filter(({ text }) => /\bextends Error\b/.test(text)).map(({ path }) => path);
    // The second is what an RPC server answered, for whoever makes our own error of it.
    expect(classes).toEqual([
      "checkout/explained-error.ts",
      "node/src/chain/rpc/rpc-error.ts",
      "protocol/src/lloom-error.ts",
    ]);
  });

  it("reads the wall clock and the steady one, by which it measures what takes time, in one place of each part", () => {
    const product = sources.filter(
      ({ path }) =>
        /^(protocol|node|browser|indexer|web|checkout|devnet|ignition)\//.test(path) &&
        !/\.test\.ts|\/test\//.test(path),
    );
    const readersOf = (clock: RegExp): string[] =>
      product
        .filter(({ text }) => clock.test(text))
        .map(({ path }) => path)
        .sort();
    // The first one is a wall clock itself, which runs ahead.
    expect(readersOf(/\bDate\.now\b|\bnew Date\(\)/)).toEqual([
      ...["devnet/moved-clock.ts", "indexer/src/api/clock.ts", "node/src/primitives/clock.ts", "web/lib/clock.ts"],
    ]);
    expect(readersOf(/\bperformance\.now\b/)).toEqual([
      ...["indexer/src/api/clock.ts", "node/src/primitives/clock.ts", "web/lib/clock.ts"],
    ]);
  });

  it("reads text that somebody else wrote in one way, which knows what editors put before it", () => {
    const readersOf = sources.filter(
      ({ path, text }) => path.startsWith("node/src/") && !isTest(path) && /\breadFile(Sync)?\(.*"utf-?8"/.test(text),
    );
    // What they read they have written themselves.
    expect(readersOf.map(({ path }) => path).sort()).toEqual([
      "node/src/chain/send/send-journal.ts",
      "node/src/primitives/living-process.ts",
      "node/src/store/files/reputation-file.ts",
      "node/src/validator/calibrate/measured-file.ts",
    ]);
  });

  // A row of a page and the thing that it shows have one name; so have two programs that never meet.
  it.each(["node/src", "browser", "indexer", "web", "devnet", "checkout", "ignition", "scripts"])(
    "calls no two things of %s and the protocol by one name",
    (workspace) => {
      const own = new RegExp(`^(protocol/src|${workspace})/`);
      const files = new Map<string, string[]>();
      for (const { path, text } of sources.filter(({ path }) => own.test(path) && !isTest(path)))
        for (const [, name = ""] of text.matchAll(EXPORTED)) files.set(name, [...(files.get(name) ?? []), path]);
      const shared = [...files].filter(([, paths]) => paths.length > 1);
      expect(shared.map(([name, paths]) => `${name}: ${paths.join(", ")}`)).toEqual([]);
    },
  );

  it("runs every test", () => {
    const held = /\b(it|test|describe)\.(skip|only|todo)\b/;
    expect(sources.filter(({ path, text }) => isTest(path) && held.test(text)).map(({ path }) => path)).toEqual([]);
  });
});
