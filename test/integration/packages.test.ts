// The packages as somebody else has them: an empty folder with their tarballs, on this Node and on the machine's own older one.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "../../checkout/paths.ts";
import { deposit, faucet } from "../../node/src/chain/account/actions.ts";
import { openChain } from "../../node/src/chain/chain.ts";
import { lockHolder } from "../../node/src/store/files/lock.ts";
import { createKeystore } from "../../node/src/wallet/keystore.ts";
import { documentedPrograms } from "../support/documented.ts";
import { ownNode, type Packed, packedPackages } from "../support/packed.ts";
import { type Ended, eventually, runNode } from "../support/processes.ts";
import { type Script, says, saysThenHangs, scriptedBackend } from "./roles/scripted-backend.ts";
import { DOLLAR, log, World } from "./roles/world.ts";

const MODEL = "lloom-tiny";
const PAGES = ["docs/library.md", "node/README.md", "protocol/README.md", "browser/README.md"];
const PASSWORD = "a password for tests";

/** The machine's own Node if packages have to bring another for it, else this one that takes itself for such. */
const own = ownNode();
const pretended = `data:text/javascript,Object.defineProperty(process,"versions",{value:{...process.versions,node:"20.19.0"}})`;
const older =
  own !== undefined && Number(own.version.split(".")[0]) < 24
    ? { node: own.node, before: [] }
    : { node: process.execPath, before: ["--import", pretended] };
const thisNode = { node: process.execPath, before: [] };
const NODES = [
  { name: "this Node", ...thisNode },
  { name: "an older Node", ...older },
];

const stack = new AsyncDisposableStack();
let packed: Packed;
let world: World;
/** What the programs find in their environment. */
let environment: Record<string, string>;

beforeAll(async () => {
  [packed, world] = await Promise.all([packedPackages(), World.start()]);
  stack.use(packed);
  stack.use(world);
  const price = { inboundPrice: 100_000n, outboundPrice: 400_000n };
  await world.seller({ backend: scriptedBackend(weaves, MODEL), price });
  environment = await buyerWith(10n * DOLLAR);
});
afterAll(() => stack.disposeAsync());

/** Whoever asks it to hang has it hang. */
const weaves: Script = (completion, signal) =>
  (completion.messages.at(-1)?.content === "Hang." ? saysThenHangs("The ") : says("The ", "loom ", "weaves."))(
    completion,
    signal,
  );

/** A data directory with a key that has so much deposited. */
async function buyerWith(amount: bigint): Promise<Record<string, string>> {
  const { rpcUrl } = world.chain;
  const { accounting } = world.deployment;
  const identity = await world.nextIdentity();
  await using chain = await openChain({ rpcUrl, accounting, identity, signal: new AbortController().signal, log });
  await faucet(chain);
  await deposit(chain, amount);
  const dataDir = await world.dataDir();
  const passwordFile = join(dataDir, "password");
  writeFileSync(passwordFile, `${PASSWORD}\n`);
  const keystore = join(dataDir, "keystore.json");
  await createKeystore({ path: keystore, password: PASSWORD, secret: identity.secret, scryptN: 1024 });
  return {
    ...{ LLOOM_RPC_URL: rpcUrl, LLOOM_ACCOUNTING: accounting, LLOOM_BOOTSTRAP: world.anchor.multiaddrs().join(",") },
    ...{ LLOOM_DATA_DIR: dataDir, LLOOM_PASSWORD_FILE: passwordFile },
  };
}

const text = (file: string): string => readFileSync(join(packed.folder, file), "utf8");

describe("each tarball", () => {
  it("holds what runs, its declarations, README and licence, and neither sources nor tests nor addresses", () => {
    for (const [name, { files, manifest }] of Object.entries(packed.packages)) {
      expect(files, name).toEqual(expect.arrayContaining(["LICENSE", "README.md", "package.json"]));
      expect(files.filter((file) => /\.test\.|(?<!\.d)\.ts$|\btests?\//.test(file))).toEqual([]);
      expect(JSON.stringify(manifest), name).not.toMatch(/https?:|registry|"workspaces"|"scripts"/);
      expect(manifest, name).toMatchObject({ private: true, license: "MIT", type: "module" });
    }
    const { node, protocol, runtime, browser } = packed.packages;
    expect(node?.files.filter((file) => file.endsWith(".d.ts")).sort()).toEqual(
      ["library", "public-types", "verify-receipt"].map((name) => `src/library/${name}.d.ts`),
    );
    expect(protocol?.files).toEqual(expect.arrayContaining(["src/receipts.d.ts", "vectors/lanes.json"]));
    expect(runtime?.files).toHaveLength(3);
    const modules = ["page-client.d.ts", "page-client.js", "page-types.d.ts", "session.d.ts", "session.js"];
    expect(browser?.files.filter((file) => file.startsWith("src/")).sort()).toEqual(
      modules.map((name) => `src/${name}`),
    );
  });

  it("needs what its manifest names, and all of it", () => {
    for (const { folder, files, manifest } of ["protocol", "node", "browser"].flatMap(
      (name) => packed.packages[name] ?? [],
    )) {
      const scripts = files.filter((file) => file.endsWith(".js"));
      const used = new Set(scripts.flatMap((file) => packagesIn(readFileSync(join(folder, file), "utf8"))));
      for (const name of [...used]) if (name.startsWith("node:") || builtinModules.includes(name)) used.delete(name);
      const { dependencies, optionalDependencies, peerDependencies } = manifest;
      const named = Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies });
      expect([...used].filter((name) => !named.includes(name) && name !== manifest.name)).toEqual([]);
      // Of types alone, and for the start of another Node.
      const unused = named.filter((name) => !used.has(name));
      expect(unused).toEqual(UNUSED[manifest.name] ?? []);
    }
  });

  it("keeps llama.cpp to who wants it, in the version that its absence is told with", () => {
    const { manifest } = packed.packages["node"] ?? {};
    const { "node-llama-cpp": version } = manifest?.peerDependencies ?? {};
    expect(manifest?.["peerDependenciesMeta"]).toEqual({ "node-llama-cpp": { optional: true } });
    expect(text("node_modules/@lloom/node/src/backend/open-backend.js")).toContain(`"node-llama-cpp@${version}"`);
  });
});

const UNUSED: Readonly<Record<string, readonly string[]>> = {
  "@lloom/node": ["@libp2p/interface", "@lloom/runtime"],
  "@lloom/browser": ["@libp2p/interface"],
};

/** Packages that a script imports or, as native code, requires. */
const packagesIn = (script: string): string[] =>
  [
    ...script.matchAll(/^(?:import|export|\}).*\bfrom "([^".][^"]*)"/gm),
    ...script.matchAll(/(?:^import |\bimport\(|createRequire\(import\.meta\.url\)\()"([^".][^"]*)"/gm),
  ].map(([, name = ""]) => /^(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? "");

describe("a program in an empty folder", () => {
  it.each(NODES)("finds the command, by $name", async ({ node, before }) => {
    const lloom = "node_modules/@lloom/node/bin/lloom.js";
    const args = [...before, lloom, "--help"];
    const { code, stdout, stderr } = await runNode({ node, args, cwd: packed.folder }).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^Usage: lloom/);
  });

  it("is checked by the declarations, as documented", async () => {
    mkdirSync(join(packed.folder, "src"), { recursive: true });
    for (const [name, program] of PAGES.flatMap((page) => [...documentedPrograms(page)]))
      writeFileSync(join(packed.folder, "src", name), program);
    writeFileSync(join(packed.folder, "src/hasty.ts"), HASTY);
    writeFileSync(join(packed.folder, "package.json"), '{ "type": "module" }');
    const compilerOptions = {
      ...{ module: "nodenext", target: "es2022", types: ["node"], strict: true, skipLibCheck: false },
      ...{ rootDir: "src", outDir: "out", exactOptionalPropertyTypes: true },
    };
    writeFileSync(join(packed.folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["src"] }));
    const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
    expect(await runNode({ args: [tsc], cwd: packed.folder }).ended).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it("becomes one file for a page, of nothing that a page lacks", async () => {
    const { outputFiles, warnings } = await build({
      ...{ entryPoints: [join(packed.folder, "out/page.js")], bundle: true, write: false, platform: "browser" },
      ...{ format: "esm", target: "es2022", logLevel: "silent" },
    });
    expect(warnings).toEqual([]);
    expect(outputFiles[0]?.text).not.toMatch(/\bfrom "|\brequire\("/);
  });

  it("buys answers and proves them to anybody, as documented", async () => {
    const printed = await succeed(thisNode, ["ask", "verify", "receipts", "stream", "choose", "failures"]);
    const lines = [
      ["The loom weaves\\.", "\\d+ base units, to 0x[0-9a-f]{40}", "right: 0x[0-9a-f]{64} cost \\d+"],
      ["\\S+Z 0x[0-9a-f]{64} \\d+, not checked: the prompt: .* no messages;.*"],
      [
        "The loom weaves\\.",
        "\\d+ \\+ 3 tokens",
        "lloom-tiny: 1 executors, from 400000 .*",
        "true",
        "NO_EXECUTOR true \\w.*",
      ],
    ];
    expect(printed).toMatch(new RegExp(`^${lines.flat().join("\n")}\n$`));
  });

  it("does so by an older Node too, in a process that ends with it, however it ends", async () => {
    const { node, before } = older;
    const args = [...before, join(packed.folder, "out/hasty.js")];
    const hasty = await runNode({ node, args, cwd: packed.folder, env: environment }).ended;
    expect(withoutWarnings(hasty)).toEqual({ code: null, stdout: "INSUFFICIENT_FUNDS\ncancelled\nThe \n", stderr: "" });
    const lock = join(environment["LLOOM_DATA_DIR"] ?? "", "client.sqlite.lock");
    await eventually("the data directory is free", 60_000, () => lockHolder(lock) === undefined);
    expect(await succeed(older, ["ask", "verify"])).toMatch(/^The loom weaves\.\n.*\nright: .*\n$/);
  });
});

/** Is held to a limit, stops an answer, and is killed in the middle of the next. */
const HASTY = `
import { createClient, LloomError } from "@lloom/node";
import { openClient } from "./open.js";

const { env } = process;
const frugal = await createClient({
  ...{ rpcUrl: env["LLOOM_RPC_URL"] ?? "", accounting: env["LLOOM_ACCOUNTING"], bootstrap: env["LLOOM_BOOTSTRAP"]?.split(",") },
  ...{ dataDir: env["LLOOM_DATA_DIR"], password: "${PASSWORD}", limits: { total: 1n } },
});
try {
  await frugal.ask({ model: "${MODEL}", messages: "What does the loom do?" });
} catch (error) {
  console.log(error instanceof LloomError && error.code);
}
await frugal.close();

const client = await openClient();
const question = { model: "${MODEL}", messages: "Hang." };
const stop = new AbortController();
for await (const event of client.stream(question, { signal: stop.signal }))
  if (event.type === "text") stop.abort();
  else console.log(event.answer.finishReason);
for await (const event of client.stream(question)) {
  if (event.type === "text") console.log(event.text);
  process.kill(process.pid, "SIGKILL");
}
`;

interface Runner {
  readonly node: string;
  readonly before: readonly string[];
}

/** Runs compiled programs one after the other in one process, and returns what they printed. */
async function succeed({ node, before }: Runner, names: readonly string[]): Promise<string> {
  const all = names.map((name) => `await import("./out/${name}.js");`).join("\n");
  const args = [...before, "--input-type=module", "-e", all];
  const ended = withoutWarnings(await runNode({ node, args, cwd: packed.folder, env: environment }).ended);
  expect(ended).toEqual({ code: 0, stdout: expect.any(String), stderr: "" });
  return ended.stdout;
}

/** That Node's SQLite is experimental says the Node of the client's process. */
const withoutWarnings = ({ stderr, ...ended }: Ended): Ended => ({
  ...ended,
  stderr: stderr.replaceAll(/^\(node:\d+\).*\n|^\(Use `node.*\n/gm, ""),
});
