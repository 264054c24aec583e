import { globSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { z } from "zod";
import { ROOT } from "../../checkout/paths.ts";

const FOLDER = join(ROOT, "ignition/networks");
const GENERATED = join(ROOT, "protocol/src/generated/networks.ts");

const address = z.string().regex(/^0x[0-9a-f]{40}$/);
const entrySchema = z
  .object({
    chainId: z.number().int().positive(),
    startBlock: z.number().int().nonnegative(),
    paymentToken: z.object({ address, symbol: z.string(), decimals: z.number().int().nonnegative() }).strict(),
    contracts: z
      .record(z.string(), address)
      .refine(
        (contracts) => ["AccountingV2", "StakeRegistry", "Audits"].every((name) => Object.hasOwn(contracts, name)),
        "AccountingV2, StakeRegistry and Audits are needed",
      ),
  })
  .strict();
/** A network of the address book; addresses in lower case. */
export type NetworkEntry = z.infer<typeof entrySchema>;

/** Writes a network into the book. Throws when it is none. */
export function writeNetwork(name: string, entry: NetworkEntry): void {
  writeFileSync(join(FOLDER, `${name}.json`), `${JSON.stringify(entrySchema.parse(entry), null, 2)}\n`);
  writeFileSync(GENERATED, generatedBook(readBook()));
}

/** Every network of the book by name. */
export const readBook = (): ReadonlyMap<string, NetworkEntry> =>
  new Map(
    globSync("*.json", { cwd: FOLDER })
      .sort()
      .map((file) => [
        basename(file, ".json"),
        entrySchema.parse(JSON.parse(readFileSync(join(FOLDER, file), "utf8"))),
      ]),
  );

/** The book as the module that every workspace reads. */
export function generatedBook(book: ReadonlyMap<string, NetworkEntry>): string {
  const entries = [...book].map(([name, entry]) => `  ${JSON.stringify(name)}: ${literal(entry, "  ")},\n`).join("");
  return [
    "// Made by ignition/deploying/address-book.ts from ignition/networks. Do not edit.",
    'import type { KnownNetwork } from "../networks.ts";',
    "",
    "/** Deployments that people use, by network. */",
    `export const NETWORKS: Readonly<Record<string, KnownNetwork>> = {${entries === "" ? "" : `\n${entries}`}};`,
    "",
  ].join("\n");
}

function literal(value: unknown, indent: string): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const inner = Object.entries(value).map(([key, part]) => `${indent}  ${key}: ${literal(part, `${indent}  `)},\n`);
  return `{\n${inner.join("")}${indent}}`;
}

/** What the generated module holds now. */
export const currentBook = (): string => readFileSync(GENERATED, "utf8");
