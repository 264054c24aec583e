import { readMember } from "../../chain/reads.ts";
import { LloomError } from "../../errors.ts";
import { BUYING_SETTINGS } from "../ask/buying.ts";
import { announce, type Command, type CommandContext, type Flag } from "../command.ts";
import { YES } from "../deeds/consent.ts";
import { openKeylessChain } from "../open/open.ts";
import { LISTENING_NAMES } from "../open/open-host.ts";
import { openStranger } from "../open/open-stranger.ts";
import { ROLES, type Role, runningRoles } from "../open/running.ts";
import { progressLine } from "../progress-line.ts";
import { CHECKS, type Check } from "./checks.ts";
import { type Finding, quoted } from "./finding.ts";
import { gatherAddress, rolesOfLogs } from "./gather-machine.ts";
import type { Known } from "./ground.ts";
import { paidQuestion } from "./paid-question.ts";
import { checkedLines, mendOf, verdictOf } from "./report.ts";
import { type Checked, type Finders, runChecks } from "./run-checks.ts";

const FLAGS: readonly Flag[] = [
  {
    form: "--role <ROLE>",
    describe: "what this key is for: executor, validator or client (default: what it does by chain and logs)",
  },
  {
    form: "--only <CHECKS>",
    describe: `look at these alone, of ${CHECKS.map(({ name }) => name).join(", ")}, question`,
  },
  { form: "--paid", describe: "also ask a question that is paid; it says what it may cost, and asks" },
  { form: "--payer <DIR>", describe: "data directory of the key that pays for it; an executor cannot ask itself" },
  { form: "--model <NAME>", describe: "model of that question (default: lloom-tiny)" },
  YES,
];

/** How long whatever several checks need may take to be found. */
const FINDING_MS = 20_000;

/** `lloom doctor`: what is wrong with a node, each thing with the command that mends it. It works while nothing else does. */
export const doctor: Command = {
  settings: [
    ...new Set([
      ...LISTENING_NAMES,
      ...BUYING_SETTINGS,
      ...(["metricsPort", "metricsHost", "gatewayHost", "gatewayPort", "jury"] as const),
      ...(["backend", "backendKeyFile", "backendModels", "gpu"] as const),
    ]),
  ],
  defaults: { logLevel: "silent" },
  copesWithSettings: true,
  flags: FLAGS,
  examples: [
    "lloom doctor",
    "lloom doctor --role executor --backend http://127.0.0.1:11434/v1",
    "lloom doctor --only chain,gas --json",
    "lloom doctor --paid --payer ./another-key",
  ],
  run: async (context) => {
    const chosen = chosenChecks(context);
    const running = runningRoles(context.settings);
    const finders = findersOf(context);
    const progress = progressLine();
    if (!context.json) progress.show("Asking the chain what this key does ...");
    const roles = await rolesOf(context, finders);
    progress.clear();
    const known: Known = { context, running, roles };
    const checked = [...(await lookAtAll(chosen, { known, finders }))];
    if (isChosen(context, QUESTION)) {
      const address = await finders.address.catch(() => undefined);
      const question = { check: QUESTION, findings: [await paidQuestion(known, address)], tookMs: 0 };
      tell(context, question);
      checked.push(question);
    }
    const isWrong = checked.some(({ findings }) => findings.some(({ level }) => level === "wrong"));
    announce(context, { event: "verdict", ok: !isWrong }, `\n${verdictOf(checked)}`);
    if (isWrong) process.exitCode = 1;
  },
};

const QUESTION = "question";

function namesOf({ flags }: CommandContext): readonly string[] | undefined {
  const { only } = flags;
  return typeof only === "string" ? only.split(",").map((name) => name.trim()) : undefined;
}

const isChosen = (context: CommandContext, name: string): boolean => namesOf(context)?.includes(name) ?? true;

/** Throws COMMAND_INVALID for a name that is none. */
function chosenChecks(context: CommandContext): readonly Check[] {
  const names = [...CHECKS.map(({ name }) => name), QUESTION];
  const stranger = namesOf(context)?.find((name) => !names.includes(name));
  if (stranger !== undefined)
    throw new LloomError("COMMAND_INVALID", `--only names "${stranger}".`, {
      next: `Give some of ${names.join(", ")}.`,
    });
  return CHECKS.filter(({ name }) => isChosen(context, name));
}

/** What several checks need, each found once. Nobody has to wait for what it does not need. */
function findersOf(context: CommandContext): Finders {
  const { settingsProblem } = context;
  const late = AbortSignal.timeout(FINDING_MS);
  const signal = AbortSignal.any([context.signal, late]);
  const settings = settingsProblem === undefined ? Promise.resolve(context.settings) : Promise.reject(settingsProblem);
  const address = settings.then(() => gatherAddress({ context }));
  const chain = settings
    .then(() => openKeylessChain({ ...context, signal }))
    .catch((thrown: unknown) => {
      throw late.aborted ? silentServer() : thrown;
    });
  const network = chain.then((open) => openStranger(context, open));
  const finders = { settings, address, chain, network };
  // Whoever needs it hears of it; where nobody does, nobody has to.
  for (const finder of Object.values(finders)) finder.catch(() => undefined);
  return finders;
}

const silentServer = (): LloomError =>
  new LloomError("CHAIN_UNREACHABLE", `The RPC server did not answer within ${FINDING_MS / 1000} s.`);

/** By `--role`, else by the registry and by the logs that are there; of a key that does nothing yet, a client's. */
async function rolesOf(context: CommandContext, { chain, address }: Finders): Promise<ReadonlySet<Role>> {
  const { role } = context.flags;
  if (typeof role === "string") return new Set([roleNamed(role)]);
  const logged = rolesOfLogs(context.settings);
  const registered = await Promise.all([chain, address])
    .then(([open, owner]) => readMember(open, owner))
    .then((member) => (member.role === "executor" || member.role === "validator" ? [member.role] : []))
    .catch(() => []);
  const roles = new Set<Role>([...registered, ...logged]);
  return roles.size === 0 ? new Set<Role>(["client"]) : roles;
}

function roleNamed(name: string): Role {
  const role = ROLES.find((one) => one === name);
  if (role !== undefined) return role;
  throw new LloomError("COMMAND_INVALID", `--role is "${name}".`, { next: `Give ${ROLES.join(", ")}.` });
}

interface Looking {
  readonly known: Known;
  readonly finders: Finders;
}

/** Tells each check in its place of the report as soon as those before it are told. */
async function lookAtAll(checks: readonly Check[], { known, finders }: Looking): Promise<readonly Checked[]> {
  const { context } = known;
  const progress = progressLine();
  const done = new Map<string, Checked>();
  let told = 0;
  const show = (): void => {
    const left = checks.map(({ name }) => name).filter((name) => !done.has(name));
    if (left.length > 0 && !context.json) progress.show(`Looking at ${left.join(", ")} ...`);
  };
  show();
  const onChecked = (checked: Checked): void => {
    done.set(checked.check, checked);
    progress.clear();
    for (let next = done.get(checks[told]?.name ?? ""); next !== undefined; next = done.get(checks[told]?.name ?? "")) {
      tell(context, next);
      told += 1;
    }
    show();
  };
  const all = await runChecks(checks, { known, finders, signal: context.signal, onChecked });
  progress.clear();
  return all;
}

function tell(context: CommandContext, checked: Checked): void {
  const placed = { ...checked, findings: checked.findings.map((finding) => withPlace(context, finding)) };
  if (!context.json) {
    const columns = process.stdout.isTTY ? process.stdout.columns : undefined;
    for (const line of checkedLines(placed, columns)) context.print(line);
    return;
  }
  for (const finding of placed.findings) {
    const { level, message } = finding;
    const event = {
      event: "finding",
      check: checked.check,
      level,
      message,
      mend: mendOf(finding),
      tookMs: checked.tookMs,
    };
    announce(context, event, message);
  }
}

/** Flags that say which key and network is meant; a command that mends has to mean the same. */
const PLACE_FLAGS = ["config", "data-dir", "keystore", "password-file", "network", "accounting"] as const;

/** The address of an RPC server may hold a key: it is given again by whoever knows it. */
function withPlace({ flags }: CommandContext, finding: Finding): Finding {
  if (!("mend" in finding)) return finding;
  const given = PLACE_FLAGS.flatMap((flag) => {
    const value = flags[flag.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())];
    return typeof value === "string" ? [{ flag, value }] : [];
  });
  const mend = finding.mend.replace(/\blloom [a-z][^&;#]*/g, (command) => {
    const missing = given.filter(({ flag }) => !command.includes(`--${flag}`));
    const end = command.trimEnd();
    const rest = command.slice(end.length);
    return `${end}${missing.map(({ flag, value }) => ` --${flag} ${quoted(value)}`).join("")}${rest}`;
  });
  return { ...finding, mend };
}
