/** Facts of this machine; none of it needs a chain, a network or a password. */
import { accessSync, constants, existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { Address } from "@lloom/protocol/commitment-types";
import { dataFile } from "../../config.ts";
import { asLloomError, LloomError } from "../../errors.ts";
import { readOutsideFile } from "../../outside-file.ts";
import type { Settings } from "../../settings.ts";
import { openDatabase } from "../../store/database/database.ts";
import { freeBytes } from "../../store/files/disk-room.ts";
import { openKeystore, readKeystoreAddress } from "../../wallet/keystore.ts";
import { chosenDeployment } from "../open/deployment.ts";
import { LOG_FILES } from "../open/log-files.ts";
import { keystorePath } from "../open/open.ts";
import { readPassword } from "../open/password.ts";
import { LOG_OF, ROLES, type Role } from "../open/running.ts";
import type {
  DiskFacts,
  KeystoreFacts,
  LogFacts,
  LogsFacts,
  SecretFile,
  ServiceFacts,
  SettingsFacts,
} from "./facts.ts";
import type { Known } from "./ground.ts";

export const gatherSettings = ({ context }: Known): SettingsFacts => ({
  problem: context.settingsProblem,
  networkFile: context.networkFile,
  dataDir: context.settings.dataDir,
  directory: rightsOf(context.settings.dataDir),
});

function rightsOf(directory: string): SettingsFacts["directory"] {
  if (!existsSync(directory)) return "missing";
  if (!may(directory, constants.R_OK | constants.W_OK | constants.X_OK)) return "unwritable";
  return isOpenToOthers(directory) ? "readable" : "private";
}

function may(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

/** Windows has no such rights. */
function isOpenToOthers(path: string): boolean {
  try {
    return process.platform !== "win32" && (statSync(path).mode & 0o077) !== 0;
  } catch {
    return false;
  }
}

/** Whoever has a password file loses nothing if it is tried: it takes the keystore's own time. */
export async function gatherKeystore({ context }: Known): Promise<KeystoreFacts> {
  const path = keystorePath(context);
  const { passwordFile } = context.settings;
  let address: Address | undefined;
  const problem = problemOf(() => {
    address = readKeystoreAddress(path);
  });
  const password = passwordFile === undefined ? undefined : secretFile(passwordFile);
  const isTried = problem === undefined && password !== undefined && password.problem === undefined;
  return {
    exists: existsSync(path),
    keystore: { path, problem, isOpen: isOpenToOthers(path) },
    address,
    passwordFile: password,
    locked: isTried ? await lockedBy(context, path) : undefined,
  };
}

async function lockedBy({ settings, signal }: Known["context"], path: string): Promise<LloomError | undefined> {
  try {
    await openKeystore({ path, password: await readPassword(settings, signal) });
    return undefined;
  } catch (thrown) {
    return asLloomError(thrown);
  }
}

function secretFile(path: string): SecretFile {
  const next = "Give --password-file the path of a file whose first line is the password.";
  const read = (): unknown =>
    readOutsideFile({ path, what: `The password file ${path}`, code: "CONFIG_INVALID", next });
  return { path, problem: problemOf(read), isOpen: isOpenToOthers(path) };
}

function problemOf(work: () => unknown): LloomError | undefined {
  try {
    work();
    return undefined;
  } catch (thrown) {
    return asLloomError(thrown);
  }
}

/** The address of this node's key, as its keystore says. Throws KEYSTORE_INVALID, also for one that does not say. */
export function gatherAddress({ context }: Pick<Known, "context">): Address {
  const address = readKeystoreAddress(keystorePath(context));
  if (address !== undefined) return address;
  throw new LloomError("KEYSTORE_INVALID", "The keystore does not say whose it is.");
}

export function gatherLogs(known: Known): LogsFacts {
  const { settings } = known.context;
  let accounting: Address | undefined;
  problemOf(() => {
    ({ accounting } = chosenDeployment(settings));
  });
  let address: Address | undefined;
  problemOf(() => {
    address = gatherAddress(known);
  });
  const paths = LOG_FILES.map((file) => dataFile(settings, file)).filter((path) => existsSync(path));
  return { logs: paths.map(gatherLog), address, accounting, dataDir: settings.dataDir };
}

/** Read beside whoever writes it. */
function gatherLog(path: string): LogFacts {
  let scope: string | undefined;
  const problem = problemOf(() => {
    using file = openDatabase(path, { readOnly: true });
    const { value } = file.get("SELECT value FROM facts WHERE name = 'scope'") ?? {};
    if (typeof value === "string") scope = value;
  });
  return { path, problem, scope };
}

export function gatherDisk({ context: { settings } }: Known): DiskFacts {
  let directory = settings.dataDir;
  while (!existsSync(directory) && dirname(directory) !== directory) directory = dirname(directory);
  return { directory, freeBytes: freeBytes(directory) };
}

/** What runs, and what its own `/ready` says where that is served. */
export async function gatherService({ context, running, roles }: Known, signal: AbortSignal): Promise<ServiceFacts> {
  const { metricsHost, metricsPort } = context.settings;
  if (Object.keys(running).length === 0 || metricsPort === undefined || metricsPort === 0)
    return { roles, running, ready: undefined };
  const url = `http://${metricsHost.includes(":") ? `[${metricsHost}]` : metricsHost}:${metricsPort}/ready`;
  return { roles, running, ready: { url, reason: await reasonAt(url, signal) } };
}

async function reasonAt(url: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    const answer = await fetch(url, { signal });
    if (answer.ok) return undefined;
    const { reason } = (await answer.json()) as { reason?: unknown };
    return typeof reason === "string" ? reason : `it answers with status ${answer.status}.`;
  } catch {
    return "nothing answers at the port that --metrics-port names.";
  }
}

/** What a key has done here before, by the logs that are there. */
export const rolesOfLogs = (settings: Settings): readonly Role[] =>
  ROLES.filter((role) => existsSync(dataFile(settings, LOG_OF[role])));
