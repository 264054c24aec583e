import { dirname, join, posix, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../checkout/paths.ts";
import { inside, isTest, type Source, typescript } from "./own-sources.ts";

/** What every role and capability of the node may use. */
const BASE = [
  "node/src/primitives",
  "node/src/errors.ts",
  "node/src/log.ts",
  "node/src/outside-file.ts",
  "protocol/src",
];
const CAPABILITIES = ["p2p", "chain", "store", "backend", "wallet", "indexer"].map((name) => `node/src/${name}`);
const CLIENT_DATA = ["node/src/client/question.ts", "node/src/client/client-options.ts"];
const EXECUTOR_DATA = ["node/src/executor/executor-options.ts", "node/src/executor/executor-status.ts"];

/** Who may import whom, among our own folders. The first area whose folder holds a file is the file's area. */
const AREAS: readonly { readonly folder: string; readonly may: readonly string[] }[] = [
  { folder: "protocol/src", may: ["protocol/src"] },
  { folder: "protocol", may: ["protocol"] },
  { folder: "node/src/primitives", may: BASE },
  // The rooms of a peer: whoever speaks a protocol stands on host and frames, and never on another protocol.
  ...roomsOf(
    "node/src/p2p",
    {
      host: [],
      frames: [],
      infer: ["host", "frames"],
      evidence: ["host", "frames"],
      rpc: ["host"],
      discovery: ["host"],
    },
    ["node/src/p2p/limits.ts", ...BASE],
  ),
  // What stands on several capabilities and is no role.
  { folder: "node/src/clock", may: ["node/src/clock", "node/src/chain", "node/src/p2p", ...BASE] },
  { folder: "node/src/duties", may: ["node/src/duties", "node/src/chain", "node/src/store", ...BASE] },
  { folder: "node/src/evidence", may: ["node/src/evidence", "node/src/chain", "node/src/p2p", ...BASE] },
  ...CAPABILITIES.map((folder) => ({ folder, may: [folder, "types/contracts", ...BASE] })),
  // The rooms of a client, in the order of an answer's life.
  ...roomsOf(
    "node/src/client",
    {
      choose: [],
      discover: ["choose"],
      reputation: ["choose"],
      pay: [],
      check: [],
      dispute: ["check"],
      ask: ["discover", "choose", "pay", "check"],
    },
    [...CLIENT_DATA, "node/src/duties", "node/src/evidence", ...CAPABILITIES, ...BASE],
  ),
  // The rooms of an executor.
  ...roomsOf("node/src/executor", { offer: [], admit: [], answer: ["admit"], settle: [], dispute: [] }, [
    ...EXECUTOR_DATA,
    "node/src/duties",
    "node/src/evidence",
    ...CAPABILITIES,
    ...BASE,
  ]),
  ...["client", "executor", "validator"].map((role) => ({ folder: `node/src/${role}`, may: mayOfRole(role) })),
  { folder: "node/src/gateway", may: [...mayOfRole("gateway"), "node/src/client"] },
  { folder: "node/src/commands", may: ["node/src", "protocol/src"] },
  { folder: "node/src", may: ["node/src/commands", ...rootFilesOfNode(), "node/package.json", "protocol/src"] },
  { folder: "indexer", may: ["indexer", "protocol/src"] },
  { folder: "web/lib", may: ["web/lib", "indexer/ponder.schema.ts", "protocol/src"] },
  { folder: "web/components", may: ["web/components", "web/lib", "protocol/src"] },
  { folder: "web", may: ["web", "protocol/src"] },
  {
    folder: "checkout",
    may: [
      "checkout",
      "protocol/src",
      "node/src/chain/rpc/rpc-error.ts",
      "node/src/store/files/lock.ts",
      "node/src/primitives",
    ],
  },
  {
    folder: "ignition",
    may: ["ignition", "checkout", "hardhat.config.ts", "node/src/nearest-name.ts", "protocol/src"],
  },
  { folder: "devnet", may: ["devnet", "checkout", "hardhat.config.ts", "ignition", "node/src", "protocol/src"] },
  { folder: "scripts/bench.ts", may: ["scripts", "checkout", "test/benchmark"] },
  { folder: "scripts", may: ["scripts", "checkout", "ignition/deploying", "hardhat.config.ts", "indexer"] },
  // A Hardhat configuration of a test's own: the shipped one with other explorers.
  { folder: "test/support/staged.config.ts", may: ["hardhat.config.ts"] },
  {
    folder: "test",
    may: [
      "test",
      "checkout",
      "devnet",
      "scripts",
      "ignition",
      "types/contracts",
      "indexer",
      "node/src",
      "protocol",
      "web/lib",
    ],
  },
];

/** Packages that `protocol` may use: it has no I/O and runs in a browser. */
const PROTOCOL_PACKAGES = /^(@noble\/(curves|hashes)\/|zod$|cborg$)/;

/** What commands about money are made of. */
const MONEY_COMMANDS = "node/src/commands/money";

function rootFilesOfNode(): string[] {
  return [
    "cli",
    "client-settings",
    "config",
    "daemon",
    "data-home",
    "dispute-settings",
    "errors",
    "log",
    "mended-text",
    "nearest-name",
    "outside-file",
    "setting-forms",
    "settings",
    "version",
  ].map((name) => `node/src/${name}.ts`);
}

function mayOfRole(role: string): string[] {
  return [`node/src/${role}`, "node/src/duties", "node/src/evidence", ...CAPABILITIES, "node/src/version.ts", ...BASE];
}

/** Inner rooms of a folder: each may import itself, the rooms that it names, and what all of them may. */
function roomsOf(folder: string, rooms: Readonly<Record<string, readonly string[]>>, all: readonly string[]) {
  return Object.entries(rooms).map(([room, others]) => ({
    folder: `${folder}/${room}`,
    may: [...[room, ...others].map((name) => `${folder}/${name}`), ...all],
  }));
}

/** Every module that a file names. */
function importsOf({ text }: Source): string[] {
  const found = text.matchAll(/(?:\bfrom\s+|\bimport\s*\(\s*|^import\s+)"([^"]+)"/gm);
  return [...found].map((match) => match[1] ?? "");
}

/** Path of one of our own files that an import names; undefined for packages. */
function target(path: string, specifier: string): string | undefined {
  if (specifier.startsWith("@lloom/protocol/")) return `protocol/src/${specifier.slice("@lloom/protocol/".length)}.ts`;
  if (specifier.startsWith("@/")) return `web/${specifier.slice(2)}`;
  if (!specifier.startsWith(".")) return undefined;
  return relative(ROOT, join(ROOT, dirname(path), specifier))
    .split("\\")
    .join(posix.sep);
}

/** Files that import each other, each circle once, told from its first file. */
function circlesOf(imports: ReadonlyMap<string, readonly (string | undefined)[]>): string[] {
  const done = new Set<string>();
  const path: string[] = [];
  const circles: string[] = [];
  const visit = (file: string): void => {
    const start = path.indexOf(file);
    if (start >= 0) circles.push([...path.slice(start), file].join(" > "));
    if (start >= 0 || done.has(file)) return;
    path.push(file);
    for (const next of imports.get(file) ?? []) if (next !== undefined) visit(next);
    path.pop();
    done.add(file);
  };
  for (const file of imports.keys()) visit(file);
  return circles;
}

describe("import rules", () => {
  it("lets each area import only what lies below it", () => {
    const broken = typescript.flatMap((source) => {
      const area = AREAS.find(({ folder }) => inside(source.path, folder));
      if (area === undefined || isTest(source.path)) return [];
      return importsOf(source)
        .map((specifier) => target(source.path, specifier))
        .filter((file) => file !== undefined && !area.may.some((allowed) => inside(file, allowed)))
        .map((file) => `${source.path} must not import ${file}`);
    });
    expect(broken).toEqual([]);
  });

  it("has no circles", () => {
    const sources = typescript.filter(({ path }) => !isTest(path));
    const known = new Set(sources.map(({ path }) => path));
    const imports = new Map(
      sources.map((source) => [
        source.path,
        importsOf(source)
          .map((specifier) => target(source.path, specifier))
          .filter((file) => file !== undefined && known.has(file)),
      ]),
    );
    expect(circlesOf(imports)).toEqual([]);
  });

  it("leaves libp2p to p2p", () => {
    const outside = /^node\/src\/(?!p2p\/)/;
    const packages = /libp2p|multiformats/;
    const broken = typescript
      .filter((source) => outside.test(source.path) && !isTest(source.path))
      .filter((source) => importsOf(source).some((name) => packages.test(name)) || /[.{] ?libp2p\b/.test(source.text))
      .map(({ path }) => `${path} must ask node/src/p2p`);
    expect(broken).toEqual([]);
  });

  it("loads libp2p, which takes as long as all the rest, for no command about money", () => {
    const texts = new Map(typescript.map((source) => [source.path, source]));
    const reached = new Set(["node/src/cli.ts", ...[...texts.keys()].filter((path) => inside(path, MONEY_COMMANDS))]);
    for (const path of reached) {
      const { text = "" } = texts.get(path) ?? {};
      // Of types nothing is loaded, and of a command what it is when it runs.
      const loaded = text.replaceAll(/^import type [^;]*;|\bimport\([^)]*\)/gm, "");
      for (const specifier of importsOf({ path, text: loaded })) reached.add(target(path, specifier) ?? path);
    }
    expect([...reached].filter((path) => inside(path, "node/src/p2p/host"))).toEqual([]);
  });

  it("keeps protocol free of everything that a browser lacks", () => {
    const broken = typescript
      .filter(({ path }) => inside(path, "protocol/src") && !isTest(path))
      .flatMap((source) =>
        importsOf(source)
          .filter((specifier) => target(source.path, specifier) === undefined && !PROTOCOL_PACKAGES.test(specifier))
          .map((specifier) => `${source.path} must not import ${specifier}`),
      );
    expect(broken).toEqual([]);
  });

  it("reads the environment in configuration files only", () => {
    const doors =
      /^(node\/src\/config\.ts|indexer\/(ponder\.config|.*env)\.ts|web\/lib\/env\.ts|web\/(next\.config|instrumentation)\.ts|hardhat\.config\.ts|checkout\/rpc-url\.ts|(devnet|ignition)\/[^/]+\.ts|devnet\/src\/child\.ts|scripts\/|test\/)/;
    const broken = typescript.filter(
      ({ path, text }) => !isTest(path) && !doors.test(path) && text.includes("process.env"),
    );
    expect(broken.map(({ path }) => `${path} must take its settings as arguments`)).toEqual([]);
  });
});
