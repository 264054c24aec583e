import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DEVNET_ACCOUNTS } from "../../devnet/src/accounts.ts";
import { PASSWORD } from "../../devnet/src/nodes.ts";

/** The development chain prints the keys that everybody knows; it is no program of ours. */
const FOREIGN = ["chain.log"];
/** User info in an address on the web. */
const TOLD_USER = /\b(?:https?|wss?):\/\/[^\s"'\\/]*@/g;

/** Keys and password of every member of a development network. */
function secretsOfMembers(): string[] {
  const { validators, executors, jurors, ...single } = DEVNET_ACCOUNTS;
  const accounts = [...validators, ...executors, ...jurors, ...Object.values(single)];
  return [PASSWORD, ...accounts.map(({ secret }) => Buffer.from(secret).toString("hex"))];
}

/** Names of the logs that a network's own programs have written so far. */
export const membersLogs = (logDir: string): string[] =>
  readdirSync(logDir).filter((name) => name.endsWith(".log") && !FOREIGN.includes(name));

/**
 * What a network's logs hold and must not: keys and the password of its members, users of web addresses, and whatever else the
 * test knows: its prompts, answers, and paths and queries of RPC addresses. Each finding names the log.
 */
export function secretsInLogs(logDir: string, known: readonly string[]): string[] {
  const names = membersLogs(logDir);
  if (names.length === 0) return [`${logDir} holds no logs`];
  const secrets = [...secretsOfMembers(), ...known];
  return names.flatMap((name) => {
    const text = readFileSync(join(logDir, name), "utf8");
    const told = secrets.filter((secret) => holds(text, secret)).map((secret) => `${name} holds ${secret}`);
    const users = [...text.matchAll(TOLD_USER)].map(([address]) => `${name} shows who asks: ${address}`);
    return [...told, ...users];
  });
}

/** As it is, and as it stands in JSON. */
const holds = (text: string, secret: string): boolean =>
  text.toLowerCase().includes(secret.toLowerCase()) || text.includes(JSON.stringify(secret).slice(1, -1));
