import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { artifactPath } from "../../checkout/artifact-path.ts";
import { ExplainedError } from "../../checkout/explained-error.ts";
import { linkedCode } from "../../checkout/linked-code.ts";
import { ROOT } from "../../checkout/paths.ts";
import { journalLines } from "./journal.ts";

/** What Ignition remembers of a deployment. */
export interface RecordedDeployment {
  /** Addresses by contract name. */
  readonly addresses: ReadonlyMap<string, string>;
  /** Hash of the transaction that wired the stake registry. */
  readonly wiredIn: string | undefined;
  /** Hashes of all transactions that were confirmed, in their order. */
  readonly transactions: readonly string[];
}

const addressesSchema = z.record(z.string(), z.string());
const confirmedSchema = z.object({ type: z.literal("TRANSACTION_CONFIRM"), futureId: z.string(), hash: z.string() });

/** Reads `ignition/deployments/<id>`. Throws an ExplainedError if nothing was deployed there. */
export function readDeployment(id: string): RecordedDeployment {
  const dir = join(ROOT, "ignition/deployments", id);
  if (!existsSync(join(dir, "deployed_addresses.json")))
    throw new ExplainedError(
      `Nothing was deployed in ${dir}: it has no deployed_addresses.json.`,
      "Deploy again; docs/deploy.md says what to do when Ignition refuses.",
    );
  const addresses = addressesSchema.parse(JSON.parse(readFileSync(join(dir, "deployed_addresses.json"), "utf8")));
  const confirmed = journalLines(dir, confirmedSchema);
  return {
    addresses: new Map(Object.entries(addresses).map(([future, address]) => [future.split("#")[1] ?? future, address])),
    wiredIn: confirmed.find(({ futureId }) => futureId.endsWith("StakeRegistry.wire"))?.hash,
    transactions: confirmed.map(({ hash }) => hash),
  };
}

const placeSchema = z.object({ start: z.number(), length: z.number() });
const artifactSchema = z.object({
  abi: z.array(z.unknown()),
  deployedBytecode: z.string(),
  immutableReferences: z.record(z.string(), z.array(placeSchema)).default({}),
  deployedLinkReferences: z.record(z.string(), z.record(z.string(), z.array(placeSchema))).default({}),
});
/** The compiler's output for a contract. */
export type Artifact = z.infer<typeof artifactSchema>;

/** Reads the artifact of a contract of this checkout. Throws an ExplainedError if it is not compiled. */
export function readArtifact(contract: string): Artifact {
  const file = artifactPath(contract);
  if (file === undefined)
    throw new ExplainedError(`This checkout has no compiled contract ${contract}.`, "Compile: npm run build:contracts");
  return artifactSchema.parse(JSON.parse(readFileSync(file, "utf8")));
}

/**
 * Whether code on a chain is the artifact's with the libraries of the same deployment, whatever its immutables hold, and
 * whatever comments its sources had.
 */
export function isSameCode(code: string, artifact: Artifact, addresses: ReadonlyMap<string, string>): boolean {
  const { deployedBytecode, deployedLinkReferences, immutableReferences } = artifact;
  const linked = linkedCode(deployedBytecode, deployedLinkReferences, (library) => addresses.get(library)) ?? "0x";
  const [found, expected] = [code, linked].map((hex) => withoutSourceHash(Buffer.from(hex.slice(2), "hex")));
  if (found === undefined || expected === undefined || found.length !== expected.length) return false;
  for (const { start, length } of Object.values(immutableReferences).flat()) found.fill(0, start, start + length);
  return found.equals(expected);
}

/** The compiler appends the hash of the sources, then the length of what it appended, two bytes. */
const withoutSourceHash = (code: Buffer): Buffer =>
  code.subarray(0, Math.max(0, code.length - 2 - (code.length < 2 ? 0 : code.readUInt16BE(code.length - 2))));
