import { createHash } from "node:crypto";
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { build, type Plugin, stop } from "esbuild";
import { LLOOM, ROOT } from "./paths.ts";

/** Of what the program is made. */
const SOURCES = ["{node,protocol}/src/**/*.ts", "{node,protocol}/package.json", "package-lock.json", "checkout/*.ts"];
const CACHE = join(ROOT, "node_modules/.cache");
/** They look for native code beside themselves, or are there on some machines only. */
const LEFT_WHERE_THEY_ARE = [
  "@chainsafe/libp2p-quic",
  "@node-llama-cpp/*",
  "@reflink/reflink",
  "electron",
  "node-datachannel",
  "secp256k1",
];
/** The process that counts tokens, of which every client starts one: a program of its own, beside the one that forks it. */
const COUNTING = join(ROOT, "node/src/backend/counting/count-process.ts");
const FORKED = 'new URL("./count-process.ts", import.meta.url)';
const FORKED_HERE = 'new URL("./count-process.mjs", import.meta.url)';
/** Those by which Node itself chooses among a package's forms. */
const CONDITIONS = ["node-addons", "module-sync"];
/** For packages of the older form, which call it. */
const REQUIRE = `import { createRequire as createBundleRequire } from "node:module";
const require = createBundleRequire(import.meta.url);`;

let made: Promise<string> | undefined;

/**
 * The program of the command line in few files, made of the sources as they are, for whoever starts it many times. To find and link
 * thirteen hundred files takes Node two thirds of a start: of a role's 0.7 s, of a command's 0.4 s.
 */
export function lloomProgram(): Promise<string> {
  made ??= makeOnce();
  return made;
}

/** Made before, it is found by the hash of its sources. */
async function makeOnce(): Promise<string> {
  const folder = join(CACHE, `lloom-program-${hashOfSources()}`);
  const program = join(folder, `${basename(LLOOM, ".ts")}.mjs`);
  if (existsSync(program)) return program;
  mkdirSync(CACHE, { recursive: true });
  // Whole or not at all.
  const outdir = mkdtempSync(`${folder}-`);
  try {
    await bundle(outdir);
    renameSync(outdir, folder);
  } catch (thrown) {
    rmSync(outdir, { recursive: true, force: true });
    // Somebody else was quicker.
    if (!existsSync(program)) throw thrown;
  } finally {
    await stop();
  }
  return program;
}

async function bundle(outdir: string): Promise<void> {
  await build({
    entryPoints: [LLOOM, COUNTING].map((path) => ({ in: path, out: basename(path, ".ts") })),
    outdir,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    // What a command does not need it does not load, as from the sources.
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node24",
    conditions: CONDITIONS,
    external: LEFT_WHERE_THEY_ARE,
    keepNames: true,
    banner: { js: REQUIRE },
    plugins: [PLACES],
    logLevel: "silent",
  });
}

function hashOfSources(): string {
  const hash = createHash("sha256").update(process.version);
  for (const path of globSync(SOURCES, { cwd: ROOT }).sort())
    hash.update(`\n${path}\n`).update(readFileSync(join(ROOT, path)));
  return hash.digest("hex").slice(0, 32);
}

/** Files go on to know where they lie: what belongs to them, such as models and programs, is found from there. */
const PLACES: Plugin = {
  name: "places",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/](node|protocol)[\\/]src[\\/].*\.ts$/ }, ({ path }) => ({
      contents: placed(path),
      loader: "ts",
    }));
    onLoad({ filter: /[\\/]node-llama-cpp[\\/]dist[\\/].*\.js$/ }, ({ path }) => ({
      contents: placed(path),
      loader: "js",
    }));
  },
};

const placed = (path: string): string =>
  readFileSync(path, "utf8")
    .split(FORKED)
    .map((text) =>
      text
        .replaceAll("import.meta.url", JSON.stringify(pathToFileURL(path).href))
        .replaceAll("import.meta.dirname", JSON.stringify(dirname(path))),
    )
    .join(FORKED_HERE);
