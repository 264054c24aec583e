import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { IgnitionModule } from "@nomicfoundation/ignition-core";
import { ROOT } from "../../checkout/paths.ts";
import Lloom from "../modules/Lloom.ts";

/**
 * What the compiler makes of the contracts lies in `ignition/build`, so that a network starts without compiling. It counts
 * only for the very sources, settings and compiler that it was made from.
 */
export const SHIPPED = "ignition/build";
/** Holds what `sourcesDigest` was when the build was made. */
export const DIGEST_FILE = `${SHIPPED}/sources.sha256`;

const MADE_FROM = ["contracts/**/*.sol", "hardhat.config.ts"];
const PACKAGES = ["@openzeppelin/contracts", "solc"];

/** Hash over everything that decides what the contracts compile to. */
export function sourcesDigest(): string {
  const hash = createHash("sha256");
  const add = (name: string, text: string): void => void hash.update(`${name}\0${text.length}\0${text}`);
  for (const path of globSync(MADE_FROM, { cwd: ROOT }).sort())
    add(path.replaceAll("\\", "/"), readFileSync(join(ROOT, path), "utf8"));
  for (const name of PACKAGES) {
    const { version } = JSON.parse(readFileSync(join(ROOT, "node_modules", name, "package.json"), "utf8"));
    add(name, version);
  }
  return hash.digest("hex");
}

/** Contracts and libraries that a network is deployed from: those that ship. */
export const shippedContracts = (): string[] => [...new Set(contractsOf(Lloom))].sort();

function contractsOf({ futures, submodules }: IgnitionModule): string[] {
  const own = [...futures].flatMap((future) => (/DEPLOYMENT$/.test(future.type) ? [contractOf(future)] : []));
  return [...own, ...[...submodules].flatMap(contractsOf)];
}

const contractOf = (future: object): string => ("contractName" in future ? String(future.contractName) : "");

/** File of a contract's shipped artifact. */
export const shippedPath = (contract: string): string => join(ROOT, SHIPPED, `${contract}.json`);

/** Whether the shipped build is what these sources compile to. */
export function isShippedBuildCurrent(): boolean {
  const file = join(ROOT, DIGEST_FILE);
  if (!existsSync(file) || readFileSync(file, "utf8").trim() !== sourcesDigest()) return false;
  return shippedContracts().every((contract) => existsSync(shippedPath(contract)));
}
