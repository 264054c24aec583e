/** What the facts of this machine mean: settings, keystore, logs, disk, processes. Pure. */
import type { LloomError } from "../../errors.ts";
import { diskSentence, isScarce } from "../../store/files/disk-room.ts";
import type { Role } from "../open/running.ts";
import type {
  DiskFacts,
  KeystoreFacts,
  LogFacts,
  LogsFacts,
  SecretFile,
  ServiceFacts,
  SettingsFacts,
} from "./facts.ts";
import { type Finding, fine, quoted, skipped, warning, wrong } from "./finding.ts";

/** The command of each role. */
export const COMMAND_OF: Readonly<Record<Role, string>> = {
  executor: "lloom executor",
  validator: "lloom validator",
  client: "lloom gateway",
};

export function judgeSettings({ problem, networkFile, dataDir, directory }: SettingsFacts): Finding[] {
  const place = quoted(dataDir);
  const from = networkFile === undefined ? "" : `; ${networkFile} names the network`;
  const rights: Record<SettingsFacts["directory"], Finding> = {
    private: fine(`data directory ${dataDir}${from}`),
    missing: fine(`data directory ${dataDir}, not there yet${from}`),
    readable: warning(`Others of this machine may look into ${dataDir}.`, `chmod 700 ${place}`),
    unwritable: wrong(`This user may not write in ${dataDir}.`, `sudo chown -R "$(id -un)" ${place}`),
  };
  return [
    ...(problem === undefined ? [] : [wrong(`${problem.message} ${problem.next}`, mendOfSettings(problem.message))]),
    rights[directory],
  ];
}

/** A file is opened, a variable unset; what a flag said is said anew. */
function mendOfSettings(message: string): string {
  const [, directory] = /^There is a key in (\S+), and another one/.exec(message) ?? [];
  if (directory !== undefined) return `lloom doctor --data-dir ${directory}`;
  const [file] = /\/\S*\.toml/.exec(message.replace(/[,:]/g, " ")) ?? [];
  if (file !== undefined) return `\${EDITOR:-vi} ${quoted(file)}`;
  const [variable] = /\b(LLOOM|OTEL)_[A-Z0-9_]+\b/.exec(message) ?? [];
  return variable === undefined ? "lloom doctor --help" : `unset ${variable}`;
}

export function judgeKeystore({ exists, keystore, address, passwordFile, locked }: KeystoreFacts): Finding[] {
  const file = quoted(keystore.path);
  if (!exists) return [wrong(`There is no keystore at ${keystore.path}: this node has no key.`, "lloom init")];
  if (keystore.problem !== undefined)
    return [
      wrong(
        `${keystore.problem.message} ${keystore.problem.next}`,
        `mv ${file} ${file}.damaged && lloom wallet import BACKUP`,
      ),
    ];
  const whose = address === undefined ? "it does not say whose it is" : address;
  return [
    fine(`${whose}, in ${keystore.path}`),
    ...openTo(keystore, "keystore"),
    ...(passwordFile === undefined ? [] : judgePassword(passwordFile, locked)),
  ];
}

function judgePassword(file: SecretFile, locked: KeystoreFacts["locked"]): Finding[] {
  const problem = file.problem ?? locked;
  return [
    ...(problem === undefined ? [] : [wrong(problem.message, `(umask 077; \${EDITOR:-vi} ${quoted(file.path)})`)]),
    ...(file.problem === undefined ? openTo(file, "password file") : []),
  ];
}

const openTo = ({ isOpen, path }: SecretFile, what: string): Finding[] =>
  isOpen ? [warning(`Others of this machine may read the ${what} ${path}.`, `chmod 600 ${quoted(path)}`)] : [];

export function judgeLogs({ logs, address, accounting, dataDir }: LogsFacts): Finding[] {
  if (logs.length === 0) return [fine("none yet")];
  return logs.map((log) => judgeLog(log, { address, accounting, dataDir }));
}

/** Of a checkout; what came as a package is renewed by what brought it. Nothing of such a log has to be mended. */
const UPDATE = "git pull && npm ci   # or: npm install @lloom/node@latest";

/** The tables of a newer version have a number that this one does not know. */
const isNewer = ({ details }: LloomError): boolean => Number(details?.["found"]) > Number(details?.["known"]);

function judgeLog(
  { path, problem, scope }: LogFacts,
  { address, accounting, dataDir }: Pick<LogsFacts, "address" | "accounting" | "dataDir">,
): Finding {
  if (problem !== undefined && isNewer(problem)) return wrong(problem.message, UPDATE);
  if (problem !== undefined)
    return wrong(
      `${problem.message} What it holds may be mended: docs/executor.md.`,
      `mv ${quoted(path)} ${quoted(path)}.damaged`,
    );
  const [chainId, deployment, owner] = scope?.split("/") ?? [];
  if (owner !== undefined && address !== undefined && owner !== address)
    return wrong(
      `${path} belongs to the key ${owner}, and this one is ${address}.`,
      `lloom init --data-dir ${quoted(`${dataDir}-2`)}`,
    );
  if (deployment !== undefined && accounting !== undefined && deployment !== accounting)
    return wrong(
      `${path} serves AccountingV2 ${deployment} on chain ${chainId}, and the settings name ${accounting}.`,
      `export LLOOM_ACCOUNTING=${deployment}`,
    );
  return fine(path);
}

/** Less is enough for a while, and time to look what takes it. */
const EARLY_BYTES = 1_000_000_000;

export function judgeDisk({ directory, freeBytes }: DiskFacts): Finding[] {
  if (freeBytes === undefined) return [skipped("nobody can tell how much room there is")];
  const mend = `du -xh --max-depth=2 ${quoted(directory)} | sort -h | tail -20`;
  if (isScarce(freeBytes)) return [wrong(`${diskSentence(freeBytes)}.`, mend)];
  const room = `${(freeBytes / 1_000_000_000).toFixed(1)} GB left where ${directory} lies`;
  return [freeBytes < EARLY_BYTES ? warning(`Only ${room}.`, mend) : fine(room)];
}

export function judgeService({ roles, running, ready }: ServiceFacts): Finding[] {
  const processes = Object.entries(running).map(([role, pid]) =>
    fine(`${role === "client" ? "client" : role}, process ${pid}`),
  );
  const resting = [...roles]
    .filter((role) => role !== "client" && running[role] === undefined)
    .map((role) => warning(`No ${role} runs with this data directory: ${RESTING[role]}.`, COMMAND_OF[role]));
  const waiting =
    ready?.reason === undefined ? [] : [warning(`It is not ready: ${ready.reason}`, `curl -s ${quoted(ready.url)}`)];
  const found = [...processes, ...resting, ...waiting];
  return found.length === 0 ? [fine("nothing runs with this data directory")] : found;
}

const RESTING: Readonly<Record<Role, string>> = {
  executor: "nothing is sold, no dispute is answered, and what is owed waits",
  validator: "it audits nobody, and answers no jury",
  client: "nothing is bought",
};
