import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { artifactPath } from "../../checkout/artifact-path.ts";
import { linkedCode } from "../../checkout/linked-code.ts";
import "../../checkout/quick-tables.ts";
import type { Match, Submission } from "./explorer-server.ts";

const solc = createRequire(import.meta.url)("solc") as { compile(input: string): string; version(): string };

/** What a chain knows of a contract. */
export interface Deployed {
  /** The code at its address. */
  readonly code: string;
  /** The data of the transaction that created it. */
  readonly creation: string;
}

export interface MatchOptions {
  /** Whether the code is compiled even where the metadata's hash is proof enough: the compiler takes long for it. */
  readonly isCompiled: boolean;
  /** Libraries and other contracts of the deployment, by name. */
  readonly addresses: ReadonlyMap<string, string>;
}

/**
 * Whether the sources that were handed in are those of a contract, as an explorer finds out. Exactly: the compiler's metadata
 * over them hashes to what the contract's code ends with. Else the code without that hash has to be what they compile to.
 */
export function matchOf(given: Submission, { code, creation }: Deployed, options: MatchOptions): Match {
  const version = `v${solc.version().replace(".Emscripten.clang", "")}`;
  if (given.compilerVersion !== version) return { problem: `compiled with ${given.compilerVersion}, not ${version}` };
  const name = given.contract.split(":").at(-1) ?? "";
  const { constructorArguments } = given;
  if (constructorArguments !== undefined && creation !== artifactCode(name, options.addresses) + constructorArguments)
    return { problem: "other constructor arguments" };
  const isExact = code.includes(ipfsHash(Buffer.from(compiled(given, false).metadata)));
  if (isExact && !options.isCompiled) return "exact_match";
  const { runtime, initial, immutables } = compiled(given, true);
  const unhashed = (hex: string): string => hex.replaceAll(/64697066735822[0-9a-f]{68}/g, "");
  if (initial === "" || !unhashed(creation).startsWith(unhashed(`0x${initial}`)))
    return { problem: "these sources compile to other creation code" };
  const [found, expected] = [code.slice(2), runtime].map((hex) => Buffer.from(hex, "hex"));
  for (const { start, length } of immutables) found?.fill(0, start, start + length);
  return unhashed(found?.toString("hex") ?? "") !== unhashed(expected?.toString("hex") ?? "")
    ? { problem: "these sources compile to other code" }
    : isExact
      ? "exact_match"
      : "match";
}

interface Compiled {
  readonly metadata: string;
  readonly runtime: string;
  readonly initial: string;
  readonly immutables: readonly { readonly start: number; readonly length: number }[];
}

/** What was compiled: explorers are told the same sources, and the compiler takes seconds for some. */
const known = new Map<string, Compiled>();

function compiled({ input, contract }: Submission, isCompiled: boolean): Compiled {
  const key = createHash("sha256")
    .update(JSON.stringify([input, contract, isCompiled]))
    .digest("hex");
  const made = known.get(key) ?? compile({ input, contract }, isCompiled);
  known.set(key, made);
  return made;
}

function compile({ input, contract }: Pick<Submission, "input" | "contract">, isCompiled: boolean): Compiled {
  const split = contract.lastIndexOf(":");
  const [file, name] = [contract.slice(0, split), contract.slice(split + 1)];
  const standard = JSON.parse(input) as { settings: Record<string, unknown> };
  const code = ["evm.bytecode.object", "evm.deployedBytecode.object", "evm.deployedBytecode.immutableReferences"];
  standard.settings["outputSelection"] = { [file]: { [name]: isCompiled ? ["metadata", ...code] : ["metadata"] } };
  const output = JSON.parse(solc.compile(JSON.stringify(standard)));
  const made = output.contracts?.[file]?.[name];
  if (made === undefined) return { metadata: "", runtime: "", initial: "", immutables: [] };
  const { bytecode, deployedBytecode } = made.evm ?? {};
  return {
    metadata: made.metadata,
    runtime: deployedBytecode?.object ?? "",
    initial: bytecode?.object ?? "",
    immutables: Object.values(deployedBytecode?.immutableReferences ?? {}).flat() as Compiled["immutables"],
  };
}

/** Creation code of this checkout's artifact, without arguments. */
function artifactCode(name: string, addresses: ReadonlyMap<string, string>): string {
  const { bytecode, linkReferences } = JSON.parse(readFileSync(artifactPath(name) ?? "", "utf8"));
  return linkedCode(bytecode, linkReferences, (library) => addresses.get(library)) ?? "";
}

/** The multihash by which IPFS names a file that fits one block: SHA-256 of a node that holds a file that holds the bytes. */
function ipfsHash(bytes: Buffer): string {
  const field = (tag: number, inner: Buffer): Buffer =>
    Buffer.concat([Buffer.from([tag]), varint(inner.length), inner]);
  const file = Buffer.concat([
    Buffer.from([0x08, 0x02]),
    field(0x12, bytes),
    Buffer.from([0x18]),
    varint(bytes.length),
  ]);
  return `1220${createHash("sha256").update(field(0x0a, file)).digest("hex")}`;
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return Buffer.from([...bytes, rest]);
    bytes.push((rest & 0x7f) | 0x80);
  }
}
