import type { StoryEnd } from "./cheats/story.ts";
import type { Devnet, Pages } from "./devnet.ts";
import { FIRST_MODEL, FIRST_PROMPT, type FirstAnswer } from "./first-answer.ts";
import { type SeenSettlement, settlementPage } from "./settlement.ts";
import { bold, money } from "./words.ts";

/** What both signed for the first answer. */
export function receiptText({ receipt }: FirstAnswer, seconds: number): string {
  const { request, response } = receipt;
  return [
    `${bold("Receipt")}  signed by both, ${seconds.toFixed(1)} s after the start`,
    `  model        ${FIRST_MODEL}`,
    `  client       ${request.client}`,
    `  executor     ${request.executor}`,
    `  tokens       ${response.inboundTokens} in, ${response.outboundTokens} out`,
    `  cost         ${money(response.cumulativeCost - request.ackedCost)}`,
    `  request      ${response.requestHash}`,
    "",
  ].join("\n");
}

/** How the first answer was paid. */
export function settlementText(settlement: SeenSettlement, pages: Pages | undefined): string {
  return [
    "",
    bold("Settlement"),
    `  transaction  ${settlement.transactionHash}`,
    `  paid         ${money(settlement.paid)}`,
    `  gas          ${settlement.gasUsed}`,
    ...(pages === undefined ? [] : [`  page         ${settlementPage(pages, settlement)}`]),
  ].join("\n");
}

/** Where everything is, and how to use it. */
export function urlsText(devnet: Devnet, pages: Pages | undefined): string {
  return [
    "",
    bold("The network is up."),
    `  explorer     ${pages?.explorerUrl ?? "not up; see above"}`,
    `  gateway      ${devnet.gatewayUrl}/v1   (OpenAI-compatible)`,
    `  GraphQL      ${pages === undefined ? "not up; see above" : `${pages.indexerUrl}/graphql`}`,
    `  observer     ${pages === undefined ? "not up; see above" : `${pages.observerUrl}/v1/book`}`,
    `  chain        ${devnet.rpcUrl}   (chain id ${devnet.chainId})`,
    `  contracts    AccountingV2 ${devnet.deployment.accounting}`,
    `               StakeRegistry ${devnet.deployment.stakeRegistry}`,
    `               Audits ${devnet.deployment.audits}`,
    `               TestToken ${devnet.deployment.paymentToken}`,
    `  bootstrap    ${devnet.bootstrap.split(",")[0]}`,
    `  metrics      ${metricsText(devnet)}`,
    `  logs         ${devnet.logDir}`,
    "",
    "Ask it something:",
    `  curl ${devnet.gatewayUrl}/v1/chat/completions -H 'content-type: application/json' \\`,
    `    -d '{"model":"${FIRST_MODEL}","messages":[{"role":"user","content":"${FIRST_PROMPT}"}]}'`,
    "",
    "Join it with a key of your own (docs/executor.md, docs/gateway.md, docs/validator.md):",
    `  export LLOOM_RPC_URL=${devnet.rpcUrl} LLOOM_ACCOUNTING=${devnet.deployment.accounting}`,
    `  export LLOOM_BOOTSTRAP=${devnet.bootstrap} LLOOM_AUDITS=${devnet.deployment.audits}`,
    "  ./lloom init                # makes a key and prints its address",
    "  npm run fund -- ADDRESS     # ether for gas",
    "  ./lloom faucet              # test tokens",
    "  ./lloom deposit 5           # to buy; then ./lloom ask or ./lloom gateway",
    "  ./lloom stake 100           # to sell; then ./lloom executor",
    "",
    "Ctrl-C stops everything.",
  ].join("\n");
}

/** Where Prometheus finds them: the gateway's address, and the ports of the others. */
function metricsText({ gateway, validators, executors }: Devnet): string {
  const ports = [...validators, ...executors].flatMap(({ metricsUrl }) =>
    metricsUrl === undefined ? [] : [new URL(metricsUrl).port],
  );
  return `${gateway.metricsUrl}/metrics; of validators and executors on ${ports.join(", ")}`;
}

/** What a run has shown. */
export interface Shown {
  readonly answer: FirstAnswer;
  /** From the start to the end of the first answer. */
  readonly firstAnswerSeconds: number;
  readonly settlement: SeenSettlement;
  /** Undefined if they did not come up. */
  readonly pages: Pages | undefined;
  /** What became of the cheat, where one was wanted. */
  readonly story?: StoryEnd;
}

/** The same for programs. */
export function jsonLine({ answer, firstAnswerSeconds, settlement, pages, story }: Shown, seconds: number): string {
  const tenths = (value: number): number => Math.round(value * 10) / 10;
  return JSON.stringify({
    answer: answer.answer,
    receipt: answer.receiptData,
    settlementTx: settlement.transactionHash,
    paid: settlement.paid.toString(),
    gas: settlement.gasUsed.toString(),
    graphql: pages === undefined ? null : `${pages.indexerUrl}/graphql`,
    explorer: pages === undefined ? null : settlementPage(pages, settlement),
    firstAnswerSeconds: tenths(firstAnswerSeconds),
    seconds: tenths(seconds),
    ...(story && { story: { ...story, stakeBefore: String(story.stakeBefore), stakeAfter: String(story.stakeAfter) } }),
  });
}
