// A program that serves the tools over its standard streams, of a staged client: what `lloom mcp` is without a network.
import { ownTools } from "../../node/src/commands/run/own-tools.ts";
import { takeStdout } from "../../node/src/commands/run/take-stdout.ts";
import { serveMcpStdio } from "../../node/src/gateway/mcp/mcp-stdio.ts";
import { createLog } from "../../node/src/log.ts";
import { DEPLOYMENT, END, stageClient } from "./staged-client.ts";

const output = takeStdout();
const client = stageClient();
let requests = 0;
/** Each request may cost 100 base units, and costs 7. */
client.script = async function* ({ purse }) {
  requests += 1;
  const requestHash = `0x${requests.toString(16).padStart(64, "0")}` as const;
  purse?.hold(requestHash, 100n);
  // Of somebody who knows nothing of the protocol.
  console.log("a line on standard output");
  yield { type: "signed", requestHash };
  yield { type: "text", text: "It weaves." };
  yield { ...END, requestHash };
};
const closing = new AbortController().signal;
const budget = BigInt(process.argv[2] ?? 0);
const charge = { cost: 7n, inboundTokens: 9, outboundTokens: 13, isAnswered: true };
const call = ownTools({
  client,
  deployment: DEPLOYMENT,
  executorFacts: undefined,
  chargeOf: () => charge,
  budget,
  closing,
});
const log = createLog({ level: "silent", name: "mcp" });
await serveMcpStdio({ call, log }, { input: process.stdin, output, signal: closing });
