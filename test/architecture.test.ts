import { dirname, join, posix, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../checkout/paths.ts";
import { AREAS } from "./import-areas.ts";
import { inside, isTest, type Source, typescript } from "./own-sources.ts";

/** Packages that `protocol` may use: it has no I/O and runs in a browser. */
const PROTOCOL_PACKAGES = /^(@noble\/(curves|hashes)\/|zod$|cborg$)/;

/** Where the commands about money are, which have to be quick. */
const MONEY_COMMANDS = "node/src/commands/money";

/** Every module that a file names. */
function importsOf({ text }: Source): string[] {
  const found = text.matchAll(/(?:\bfrom\s+|\bimport\s*\(\s*|^import\s+)"([^"]+)"/gm);
  return [...found].map((match) => match[1] ?? "");
}

/** Path of one of our own files that an import names; undefined for packages. */
function target(path: string, specifier: string): string | undefined {
  if (specifier.startsWith("@lloom/protocol/")) return `protocol/src/${specifier.slice("@lloom/protocol/".length)}.ts`;
  if (specifier === "@lloom/browser") return "browser/src/page-client.ts";
  if (specifier.startsWith("@lloom/browser/")) return `browser/src/${specifier.slice("@lloom/browser/".length)}.ts`;
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

/** Files of one room; whoever looks for something reads all their names. */
const MOST_IN_A_ROOM = 25;
/** What had more before: these may shrink, and leave the list at 25. */
const LARGE_ROOMS: Readonly<Record<string, number>> = {
  "protocol/src": 66,
  "node/src/backend": 27,
  "devnet/src": 26,
};

describe("rooms", () => {
  const rooms = Map.groupBy(
    typescript.filter(
      (source) =>
        !isTest(source.path) && /^(protocol|node|browser|indexer|web|devnet|checkout|ignition)\//.test(source.path),
    ),
    ({ path }) => dirname(path),
  );

  it("hold no more than can be looked through", () => {
    const overfull = [...rooms]
      .filter(([room, files]) => files.length > (LARGE_ROOMS[room] ?? MOST_IN_A_ROOM))
      .map(([room, files]) => `${room} has ${files.length} files; split it, or use what is there`);
    expect(overfull).toEqual([]);
  });

  it("that were too large before are no longer named once they are small enough", () => {
    const small = Object.keys(LARGE_ROOMS).filter((room) => (rooms.get(room)?.length ?? 0) <= MOST_IN_A_ROOM);
    expect(small).toEqual([]);
  });
});

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
    const outside = /^(node\/src\/(?!p2p\/)|devnet\/)/;
    const packages = /libp2p|multiformats/;
    const broken = typescript
      .filter((source) => outside.test(source.path) && !isTest(source.path))
      .filter((source) => importsOf(source).some((name) => packages.test(name)) || /[.{] ?libp2p\b/.test(source.text))
      .map(({ path }) => `${path} must ask node/src/p2p`);
    expect(broken).toEqual([]);
  });

  it("loads libp2p, which takes as long as all the rest, for no command about money", () => {
    const texts = new Map(typescript.map((source) => [source.path, source]));
    const commands = [...texts.keys()].filter((path) => inside(path, MONEY_COMMANDS) && !isTest(path));
    const reached = new Set(["node/src/cli.ts", ...commands]);
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
    const readers =
      /^(node\/src\/config\.ts|indexer\/(ponder\.config|.*env)\.ts|web\/lib\/env\.ts|web\/(next\.config|instrumentation)\.ts|hardhat\.config\.ts|checkout\/rpc-url\.ts|(devnet|ignition)\/[^/]+\.ts|ignition\/deploying\/deploy-settings\.ts|devnet\/src\/child\.ts|scripts\/|test\/)/;
    const broken = typescript.filter(
      ({ path, text }) => !isTest(path) && !readers.test(path) && text.includes("process.env"),
    );
    expect(broken.map(({ path }) => `${path} must take its settings as arguments`)).toEqual([]);
  });
});
