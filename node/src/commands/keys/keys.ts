import { formatAmount } from "@lloom/protocol/amounts";
import { utcText } from "@lloom/protocol/utc-text";
import { LloomError } from "../../errors.ts";
import { wallClock } from "../../primitives/clock.ts";
import { type ApiKey, keyState, newSecret } from "../../store/client/api-keys.ts";
import { DAY_MS, dayOf, periodAt } from "../../store/client/budget-period.ts";
import { announce, type Command, type CommandContext } from "../command.ts";
import { requireConsent, YES } from "../deeds/consent.ts";
import { numberFlag } from "../number-flag.ts";
import { counted } from "../words.ts";
import { type KeyBook, openKeyBook } from "./key-file.ts";
import { keyTerms } from "./key-terms.ts";
import { keyEvent, keyLines } from "./words.ts";

const ACTIONS = { create, list, show, usage, revoke } as const;
const NEXT = "Give create, list, show, usage or revoke: lloom keys list";

/** `lloom keys`: who may call this data directory's gateway, for how much, and what they spent. */
export const keys: Command = {
  arguments: [
    { form: "<action>", describe: "create, list, show, usage, or revoke" },
    { form: "[name]", describe: "show, usage, revoke: the key's name" },
  ],
  settings: ["keysDatabase"],
  needs: "key",
  defaults: { logLevel: "warn" },
  flags: [
    { form: "--name <NAME>", describe: "create: what to call it" },
    {
      form: "--budget <AMOUNT>",
      describe:
        "create: most that it may spend, in tokens of payment: 5 in all, 5/day or 5/month, by UTC (default: any)",
    },
    { form: "--models <NAMES>", describe: "create: the models that it may use (default: all)" },
    { form: "--rate <N>", describe: "create: requests a minute (default: any)" },
    { form: "--expires <WHEN>", describe: "create: after 30d or 12h, or at 2027-01-31 UTC (default: never)" },
    { form: "--days <N>", describe: "usage: so many days of UTC, today included (default: 30)" },
    { form: "--all", describe: "list: also those that were revoked or have ended" },
    { ...YES, describe: "revoke: without asking; needed where there is no terminal" },
  ],
  examples: [
    "lloom keys create --name team --budget 5/day --rate 60 --expires 30d",
    "lloom keys create --name ci --models lloom-tiny",
    "lloom keys list",
    "lloom keys usage team --days 7",
    "lloom keys revoke team",
    "lloom keys create --name team --budget 5/day --keys-database postgres://lloom@db/lloom",
  ],
  run: async (context) => {
    const [action = ""] = context.args;
    if (!Object.hasOwn(ACTIONS, action))
      throw new LloomError("COMMAND_INVALID", `lloom keys cannot "${action}".`, { next: NEXT });
    await ACTIONS[action as keyof typeof ACTIONS](context);
  },
};

async function create(context: CommandContext): Promise<void> {
  const nowMs = wallClock();
  const terms = keyTerms(context, nowMs);
  const file = await openKeyBook(context);
  const secret = newSecret();
  const isFirst = !(await file.hasAny());
  const key = await file.add(terms, secret, nowMs);
  const told = keyEvent(key, { spent: 0n, held: 0n }, nowMs);
  const lines = keyLines(key, { spent: 0n, held: 0n }, { token: file.token, nowMs });
  announce(
    context,
    { event: "created", ...told, secret },
    [
      ...lines,
      "  Its secret is shown here once and kept nowhere:",
      `  ${secret}`,
      ...(isFirst ? ["  It is the first: from now on the gateway asks every call for a key."] : []),
    ].join("\n"),
  );
}

async function list(context: CommandContext): Promise<void> {
  const file = await openKeyBook(context);
  const all = await file.list();
  const nowMs = wallClock();
  const shown = context.flags["all"] === true ? all : all.filter((key) => keyState(key, nowMs) === "active");
  for (const key of shown) await tell(context, file, key);
  const left = all.length - shown.length;
  if (shown.length === 0)
    announce(
      context,
      { event: "none", others: left },
      `There are no keys${left === 0 ? "" : ` that let in; ${counted(left, "other")}: lloom keys list --all`}.`,
    );
}

async function show(context: CommandContext): Promise<void> {
  const file = await openKeyBook(context);
  await tell(context, file, await named(context, file));
}

async function tell(context: CommandContext, file: KeyBook, key: ApiKey): Promise<void> {
  const { token } = file;
  const nowMs = wallClock();
  const spent = await file.spending(key.id, periodAt(key.budget?.period ?? "total", nowMs).fromMs);
  announce(
    context,
    { event: "key", ...keyEvent(key, spent, nowMs), token: token ?? null },
    keyLines(key, spent, { token, nowMs }).join("\n"),
  );
}

async function usage(context: CommandContext): Promise<void> {
  const file = await openKeyBook(context);
  const [, name] = context.args;
  const key = name === undefined ? undefined : await named(context, file);
  const days = numberFlag(context.flags["days"], {
    name: "days",
    fallback: 30,
    minimum: 1,
    maximum: 400,
    isWhole: true,
  });
  const names = new Map((await file.list()).map(({ id, name }) => [id, name]));
  const rows = await file.usage(dayOf(wallClock()) - (days - 1) * DAY_MS, key?.id);
  for (const { keyId, dayAtMs, model, requests, inboundTokens, outboundTokens, cost } of rows) {
    const day = utcText(dayAtMs / 1000, "iso").slice(0, 10);
    const amount =
      file.token === undefined
        ? `${cost} base units`
        : `${formatAmount(cost, file.token.decimals)} ${file.token.symbol}`;
    announce(
      context,
      {
        ...{ event: "usage", name: names.get(keyId), day, model, requests, inboundTokens, outboundTokens, cost },
        token: file.token ?? null,
      },
      [
        `${day}  ${names.get(keyId)}  ${amount}`,
        `  ${counted(requests, "answer")} of ${model}: ${inboundTokens} + ${outboundTokens} tokens`,
      ].join("\n"),
    );
  }
  if (rows.length === 0) announce(context, { event: "none" }, `Nothing was spent in ${counted(days, "day")}.`);
}

async function revoke(context: CommandContext): Promise<void> {
  const file = await openKeyBook(context);
  const key = await named(context, file);
  if (key.revokedAtMs !== undefined)
    return announce(context, { event: "nothing", name: key.name }, `The key "${key.name}" is revoked already.`);
  if (!context.json) await tell(context, file, key);
  await requireConsent(context, { question: `Revoke it for good?`, nothing: "Nothing was revoked" });
  await file.revoke(key.id, wallClock());
  announce(
    context,
    { event: "revoked", name: key.name, id: key.id },
    `The key "${key.name}" lets nobody in any more, from the next call on. What it spent stays counted.`,
  );
}

async function named({ args }: CommandContext, file: KeyBook): Promise<ApiKey> {
  const [action, name] = args;
  const key = name === undefined ? undefined : await file.byName(name);
  if (key !== undefined) return key;
  throw new LloomError("COMMAND_INVALID", name === undefined ? "No key is named." : `There is no key "${name}".`, {
    next:
      name === undefined ? `Give its name: lloom keys ${action} NAME` : "See which there are: lloom keys list --all",
  });
}
