// One command starts the whole network on this machine and serves a real, paid, receipted answer: npm start
import { styleText } from "node:util";
import { formatAmount } from "@lloom/protocol/amounts";
import { ExplainedError, explain } from "../checkout/explained-error.ts";
import { readFlags, refuse } from "../checkout/flags.ts";
import { isRpcUrl } from "../checkout/rpc.ts";
import { type Devnet, type Pages, startDevnet } from "./src/devnet.ts";
import { askFirst, FIRST_MODEL, FIRST_PROMPT, type FirstAnswer } from "./src/first-answer.ts";
import { createProgress, type Progress } from "./src/progress.ts";
import { awaitSettlement, awaitVisible, type Settlement, settlementPage } from "./src/settlement.ts";

const USAGE = `usage: npm start [-- OPTIONS]

Starts a fresh Lloom network on this machine: chain, contracts, 2 validators, 3 executors, gateway, indexer, explorer.
Then it sends one prompt, prints the answer, its receipt, its settlement and every URL, and stays up until Ctrl-C.

  --rpc URL   use a running chain (one that funds the well-known test mnemonic) instead of starting one
  --once      stop everything after the first answer is settled and visible
  --json      print one JSON line (at the end with --once, else when all is up); progress goes to standard error
  --help      this text`;

/** Exit code after Ctrl-C before the first answer was shown whole. */
const INTERRUPTED = 130;
const TOKEN = { symbol: "tUSD", decimals: 6 };

interface Flags {
  readonly rpc: string | undefined;
  readonly once: boolean;
  readonly json: boolean;
}

/** What the run has shown; the JSON line says the same. */
interface Shown {
  readonly answer: FirstAnswer;
  readonly settlement: Settlement;
  readonly pages: Pages;
}

function readWish(): Flags {
  const flag = { type: "boolean", default: false } as const;
  const options = { rpc: { type: "string" }, once: flag, json: flag } as const;
  const { rpc, once, json } = readFlags({ usage: USAGE, config: { options } }).values;
  if (rpc !== undefined && !isRpcUrl(rpc))
    refuse(`The chain's URL is "${rpc}".`, "Give --rpc a URL such as http://127.0.0.1:8545.");
  return { rpc, once, json };
}

async function main(flags: Flags): Promise<void> {
  const began = performance.now();
  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => stop.abort());
  const stream = flags.json ? process.stderr : process.stdout;
  const progress = createProgress(stream);
  const write = (text: string): void => void stream.write(text);
  let shown: Shown | undefined;
  try {
    write("Starting a Lloom network on this machine; Ctrl-C stops it.\n\n");
    await using devnet = await startDevnet({ rpcUrl: flags.rpc, progress, signal: stop.signal });
    shown = await Promise.race([show({ devnet, stream, progress }, stop.signal), devnet.failure]);
    if (!flags.once) {
      if (flags.json) console.log(jsonLine(shown, secondsSince(began)));
      progress.say(urlsText(devnet, shown.pages));
      await Promise.race([stopped(stop.signal), devnet.failure]);
    }
    write("\nStopping …\n");
  } catch (thrown) {
    progress.stop();
    if (stop.signal.aborted) process.exitCode = INTERRUPTED;
    else fail(thrown);
  } finally {
    progress.stop();
  }
  write("Everything is stopped.\n");
  if (flags.json && flags.once && shown !== undefined && process.exitCode === undefined)
    console.log(jsonLine(shown, secondsSince(began)));
}

interface Stage {
  readonly devnet: Devnet;
  readonly stream: NodeJS.WriteStream;
  readonly progress: Progress;
}

async function show({ devnet, stream, progress }: Stage, signal: AbortSignal): Promise<Shown> {
  const answer = await converse({ devnet, stream, progress }, signal);
  progress.say(receiptText(answer));
  const settled = progress.step("settlement");
  const settlement = await awaitSettlement(devnet, answer.receipt, signal);
  settled(`${money(settlement.paid)} paid, ${settlement.gasUsed} gas`);
  const pages = await devnet.pages;
  if (pages === undefined) throw new ExplainedError("The network was started without pages.", "Report this.");
  const visible = progress.step("seen in the explorer");
  await awaitVisible(pages, settlement, signal);
  visible();
  progress.say(settlementText(settlement, pages));
  return { answer, settlement, pages };
}

async function converse({ devnet, stream, progress }: Stage, signal: AbortSignal): Promise<FirstAnswer> {
  const release = progress.hold();
  try {
    stream.write(`\n${bold("You")}    ${FIRST_PROMPT}\n${bold("Lloom")}  `);
    return await askFirst(devnet.gatewayUrl, (text) => stream.write(text), signal);
  } finally {
    stream.write("\n\n");
    release();
  }
}

function receiptText({ receipt }: FirstAnswer): string {
  const { request, response } = receipt;
  return [
    `${bold("Receipt")}  signed by both`,
    `  model        ${FIRST_MODEL}`,
    `  client       ${request.client}`,
    `  executor     ${request.executor}`,
    `  tokens       ${response.inboundTokens} in, ${response.outboundTokens} out`,
    `  cost         ${money(response.cumulativeCost - request.ackedCost)}`,
    `  request      ${response.requestHash}`,
    "",
  ].join("\n");
}

function settlementText(settlement: Settlement, pages: Pages): string {
  return [
    "",
    bold("Settlement"),
    `  transaction  ${settlement.transactionHash}`,
    `  paid         ${money(settlement.paid)}`,
    `  gas          ${settlement.gasUsed}`,
    `  page         ${settlementPage(pages, settlement)}`,
  ].join("\n");
}

function urlsText(devnet: Devnet, pages: Pages): string {
  return [
    "",
    bold("The network is up."),
    `  explorer     ${pages.explorerUrl}`,
    `  gateway      ${devnet.gatewayUrl}/v1   (OpenAI-compatible)`,
    `  GraphQL      ${pages.indexerUrl}/graphql`,
    `  chain        ${devnet.rpcUrl}   (chain id ${devnet.chainId})`,
    `  contracts    AccountingV2 ${devnet.deployment.accounting}`,
    `               StakeRegistry ${devnet.deployment.stakeRegistry}`,
    `               TestToken ${devnet.deployment.paymentToken}`,
    `  bootstrap    ${devnet.bootstrap.split(",")[0]}`,
    `  logs         ${devnet.dir}/logs`,
    "",
    "Ask it something:",
    `  curl ${devnet.gatewayUrl}/v1/chat/completions -H 'content-type: application/json' \\`,
    `    -d '{"model":"${FIRST_MODEL}","messages":[{"role":"user","content":"${FIRST_PROMPT}"}]}'`,
    "",
    "Join it with a key of your own (docs/executor.md, docs/gateway.md):",
    `  export LLOOM_RPC_URL=${devnet.rpcUrl} LLOOM_ACCOUNTING=${devnet.deployment.accounting}`,
    `  export LLOOM_BOOTSTRAP=${devnet.bootstrap}`,
    "  ./lloom init                  # makes a key and prints its address",
    "  npm run fund -- ADDRESS       # ether for gas",
    "  ./lloom faucet                # test tokens",
    "  ./lloom deposit 5             # to buy; then ./lloom ask or ./lloom gateway",
    "  ./lloom stake 100             # to sell; then ./lloom executor",
    "",
    "Ctrl-C stops everything.",
  ].join("\n");
}

function jsonLine({ answer, settlement, pages }: Shown, seconds: number): string {
  return JSON.stringify({
    answer: answer.answer,
    receipt: answer.receiptData,
    settlementTx: settlement.transactionHash,
    paid: settlement.paid.toString(),
    gas: settlement.gasUsed.toString(),
    graphql: `${pages.indexerUrl}/graphql`,
    explorer: settlementPage(pages, settlement),
    seconds: Math.round(seconds * 10) / 10,
  });
}

function fail(thrown: unknown): void {
  process.stderr.write(`\n${explain(thrown)}\n`);
  process.exitCode = 1;
}

const secondsSince = (began: number): number => (performance.now() - began) / 1000;
const stopped = (signal: AbortSignal): Promise<void> =>
  signal.aborted
    ? Promise.resolve()
    : new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
const bold = (text: string): string => styleText("bold", text);
const money = (amount: bigint): string => `${formatAmount(amount, TOKEN.decimals)} ${TOKEN.symbol}`;

// Whoever reads the output may stop reading; the network then stops as on Ctrl-C.
process.stdout.on("error", () => process.kill(process.pid, "SIGTERM"));

await main(readWish());
