import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { artifactPath } from "../../checkout/artifact-path.ts";
import { linkedCode } from "../../checkout/linked-code.ts";
import type { Submission } from "./explorer-server.ts";

const solc = createRequire(import.meta.url)("solc") as { compile(input: string): string; version(): string };

/** What a chain knows of a contract. */
export interface Deployed {
  /** The code at its address. */
  readonly code: string;
  /** The data of the transaction that created it. */
  readonly creation: string;
}

/**
 * Why the sources that were handed in do not prove a contract exactly, as an explorer finds out: undefined if they do. The
 * compiler's metadata over them hashes to what the contract's code ends with; and where `isCompiled`, they compile to the code
 * itself, which the compiler takes long for.
 */
export function mismatch(
  given: Submission,
  { code, creation }: Deployed,
  { isCompiled, addresses }: { readonly isCompiled: boolean; readonly addresses: ReadonlyMap<string, string> },
): string | undefined {
  const version = `v${solc.version().replace(".Emscripten.clang", "")}`;
  if (given.compilerVersion !== version) return `compiled with ${given.compilerVersion}, and this is ${version}`;
  const { metadata, runtime, initial, immutables } = compiled(given, isCompiled);
  const hash = ipfsHash(Buffer.from(metadata));
  if (!code.includes(`64697066735822${hash}`)) return "the metadata of these sources has another hash";
  const name = given.contract.split(":").at(-1) ?? "";
  if (
    given.constructorArguments !== undefined &&
    creation !== artifactCode(name, addresses) + given.constructorArguments
  )
    return "other constructor arguments";
  if (!isCompiled) return undefined;
  if (!creation.startsWith(`0x${initial}`)) return "these sources compile to other creation code";
  const [found, expected] = [Buffer.from(code.slice(2), "hex"), Buffer.from(runtime, "hex")];
  for (const { start, length } of immutables) found.fill(0, start, start + length);
  return found.equals(expected) ? undefined : "these sources compile to other code";
}

interface Compiled {
  readonly metadata: string;
  readonly runtime: string;
  readonly initial: string;
  readonly immutables: readonly { readonly start: number; readonly length: number }[];
}

function compiled({ input, contract }: Submission, isCompiled: boolean): Compiled {
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
