import { globSync, readFileSync } from "node:fs";
import { dirname, join, posix, relative } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "..");

/** Who may import whom, among our own folders. The first area whose folder holds a file is the file's area. */
const AREAS: readonly { readonly folder: string; readonly may: readonly string[] }[] = [
  { folder: "protocol/src", may: ["protocol/src"] },
  { folder: "protocol", may: ["protocol"] },
  ...["p2p", "chain", "store", "backend", "wallet"].map((capability) => ({
    folder: `node/src/${capability}`,
    may: [
      `node/src/${capability}`,
      "node/src/errors.ts",
      "node/src/log.ts",
      "node/src/outside-file.ts",
      "protocol/src",
      "types/contracts",
    ],
  })),
  ...["client", "executor", "validator"].map((role) => ({ folder: `node/src/${role}`, may: mayOfRole(role) })),
  { folder: "node/src/gateway", may: [...mayOfRole("gateway"), "node/src/client"] },
  { folder: "node/src/commands", may: ["node/src", "protocol/src"] },
  { folder: "node/src", may: ["node/src/commands", ...rootFilesOfNode(), "node/package.json", "protocol/src"] },
  { folder: "indexer", may: ["indexer", "protocol/src"] },
  { folder: "web/lib", may: ["web/lib", "indexer/ponder.schema.ts", "protocol/src"] },
  { folder: "web/components", may: ["web/components", "web/lib", "protocol/src"] },
  { folder: "web", may: ["web", "protocol/src"] },
  { folder: "checkout", may: ["checkout"] },
  { folder: "ignition", may: ["ignition", "checkout", "node/src/nearest-name.ts"] },
  { folder: "devnet", may: ["devnet", "checkout", "hardhat.config.ts", "ignition", "node/src", "protocol/src"] },
  { folder: "scripts/bench.ts", may: ["scripts", "test/benchmark"] },
  { folder: "scripts", may: ["scripts", "checkout", "hardhat.config.ts"] },
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

const LIMITS = { typescript: 300, scripts: 300, solidity: 600 };

function rootFilesOfNode(): string[] {
  return ["cli", "config", "daemon", "errors", "log", "nearest-name", "outside-file", "settings", "version"].map(
    (name) => `node/src/${name}.ts`,
  );
}

function mayOfRole(role: string): string[] {
  const capabilities = ["p2p", "chain", "store", "backend", "wallet"].map((name) => `node/src/${name}`);
  return [
    `node/src/${role}`,
    ...capabilities,
    "node/src/errors.ts",
    "node/src/log.ts",
    "node/src/version.ts",
    "protocol/src",
  ];
}

interface Source {
  readonly path: string;
  readonly text: string;
}

const read = (patterns: readonly string[]): Source[] =>
  globSync([...patterns], {
    cwd: ROOT,
    exclude: ["**/node_modules/**", "**/generated/**", "**/.next/**", "**/.ponder/**"],
  })
    .map((path) => path.replaceAll("\\", "/"))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), "utf8") }));

const typescript = read(["{protocol,node,indexer,web,checkout,devnet,ignition,scripts,test}/**/*.{ts,tsx}", "*.ts"]);
const scripts = read(["{node,scripts,web}/**/*.{js,mjs,py,sh}"]);
const solidity = read(["{contracts,test}/**/*.sol"]);

const isTest = (path: string): boolean => /\.test\.tsx?$/.test(path);
const inside = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`);

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
      /^(node\/src\/config\.ts|indexer\/(ponder\.config|.*env)\.ts|web\/lib\/env\.ts|web\/(next\.config|instrumentation)\.ts|hardhat\.config\.ts|(devnet|ignition)\/[^/]+\.ts|devnet\/src\/supervisor\.ts|scripts\/|test\/)/;
    const broken = typescript.filter(
      ({ path, text }) => !isTest(path) && !doors.test(path) && text.includes("process.env"),
    );
    expect(broken.map(({ path }) => `${path} must take its settings as arguments`)).toEqual([]);
  });
});

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
  const sources = [...typescript, ...solidity].filter(({ path }) => path !== "test/architecture.test.ts");

  it("leaves nothing unfinished behind", () => {
    const words = /\b(TODO|FIXME|XXX|HACK)\b|\bnot implemented\b/i;
    expect(sources.filter(({ text }) => words.test(text)).map(({ path }) => path)).toEqual([]);
  });

  it("gives every error of the product a code", () => {
    const products = sources.filter(({ path }) => /^(node\/src|protocol\/src|web\/lib)\//.test(path) && !isTest(path));
    expect(products.filter(({ text }) => /throw new Error\(/.test(text)).map(({ path }) => path)).toEqual([]);
  });

  it("runs every test", () => {
    const held = /\b(it|test|describe)\.(skip|only|todo)\b/;
    expect(sources.filter(({ path, text }) => isTest(path) && held.test(text)).map(({ path }) => path)).toEqual([]);
  });
});
