import { Contract, getAddress, Interface, type InterfaceAbi, isAddress, isError, type JsonRpcProvider } from "ethers";
import { isSameCode, type RecordedDeployment, readArtifact } from "./deployment-files.ts";
import { type Expectation, expectationsOf, JUDGES } from "./expectations.ts";
import type { ParameterValues } from "./parameter-values.ts";

/** One thing that was looked at on the chain. */
export interface ComparedRow {
  readonly contract: string;
  readonly what: string;
  readonly expected: string;
  readonly found: string;
  readonly holds: boolean;
  /** Whether only the module's default is expected, since the parameter file does not say. */
  readonly isDefault: boolean;
}

/** Everything about a deployment that was compared with this checkout and with what it should have been deployed with. */
export async function rowsOf(
  provider: JsonRpcProvider,
  deployment: RecordedDeployment,
  values: ParameterValues,
): Promise<ComparedRow[]> {
  const expectations = expectationsOf(deployment.addresses, values);
  const rows: ComparedRow[] = [];
  for (const [contract, address] of deployment.addresses) {
    rows.push(await checkCode(provider, contract, address, deployment.addresses));
    for (const expectation of expectations.filter((one) => one.contract === contract))
      rows.push(await checkView(provider, address, expectation));
  }
  rows.push(await checkJudges(provider, deployment));
  const token = values.get("paymentToken")?.text ?? deployment.addresses.get("TestToken");
  if (token !== undefined) rows.push(...(await checkToken(provider, token)));
  const named = new Set(expectations.map(({ contract }) => contract));
  for (const contract of [...named].filter((one) => !deployment.addresses.has(one)))
    rows.push(row({ contract, what: "deployed", expected: "yes", found: "not in the deployment", holds: false }));
  return rows;
}

const row = (parts: Omit<ComparedRow, "isDefault">): ComparedRow => ({ ...parts, isDefault: false });

/** The code at the contract's address is what this checkout compiles to. */
async function checkCode(
  provider: JsonRpcProvider,
  contract: string,
  address: string,
  addresses: ReadonlyMap<string, string>,
): Promise<ComparedRow> {
  const code = await provider.getCode(address);
  const holds = isSameCode(code, readArtifact(contract), addresses);
  const found = holds ? "the same" : code === "0x" ? "no code there" : "other code";
  return row({ contract, what: `code at ${address}`, expected: "this checkout's", found, holds });
}

async function checkView(provider: JsonRpcProvider, address: string, expectation: Expectation): Promise<ComparedRow> {
  const { contract, view, args, expected, isDefault } = expectation;
  const asked = { contract, what: `${view}(${args.join(", ")})`, isDefault };
  const { abi } = readArtifact(contract);
  const call = new Contract(address, abi as InterfaceAbi, provider).getFunction(view);
  const { answer, holds } = await answerOf(async () => call.staticCall(...args));
  return {
    ...asked,
    expected: isDefault ? `${expected} (default)` : expected,
    found: answer,
    holds: holds && isSame(answer, expected),
  };
}

/** What a token has for people. */
export const TOKEN = ["function decimals() view returns (uint8)", "function symbol() view returns (string)"];

/** The payment token has code, and says how to read its amounts. What it says is printed for people to judge. */
async function checkToken(provider: JsonRpcProvider, address: string): Promise<ComparedRow[]> {
  const contract = "payment token";
  const code = await provider.getCode(address);
  const bytes = (code.length - 2) / 2;
  const found = bytes === 0 ? "no code there" : `${bytes} bytes`;
  const rows = [row({ contract, what: `code at ${address}`, expected: "some", found, holds: bytes > 0 })];
  const token = new Contract(address, TOKEN, provider);
  for (const view of ["decimals", "symbol"]) {
    const { answer, holds } = await answerOf(async () => token.getFunction(view).staticCall());
    rows.push(row({ contract, what: `${view}()`, expected: "an answer", found: answer, holds }));
  }
  return rows;
}

interface ViewResult {
  readonly answer: string;
  readonly holds: boolean;
}

/**
 * What a view answers, or why it does not: both may be of a stranger's contract, so they are cut and made printable. What
 * says nothing of the contract, such as a server that has no time, is thrown.
 */
async function answerOf(ask: () => Promise<unknown>): Promise<ViewResult> {
  const printable = (text: string): string => text.replace(/\p{C}/gu, "?").slice(0, 60);
  try {
    return { answer: printable(String(await ask())), holds: true };
  } catch (thrown) {
    if (!isError(thrown, "CALL_EXCEPTION") && !isError(thrown, "BAD_DATA")) throw thrown;
    return { answer: printable(thrown.message), holds: false };
  }
}

/** The registry was wired once, so that transaction's events name every judge that there can ever be. */
async function checkJudges(
  provider: JsonRpcProvider,
  { addresses, wiredIn }: RecordedDeployment,
): Promise<ComparedRow> {
  const expected = Object.keys(JUDGES).map((judge) => addresses.get(judge) ?? `no ${judge}`);
  const receipt = wiredIn === undefined ? null : await provider.getTransactionReceipt(wiredIn);
  const registry = new Interface(readArtifact("StakeRegistry").abi as InterfaceAbi);
  const found = (receipt?.logs ?? [])
    .filter(({ address }) => isSame(address, addresses.get("StakeRegistry") ?? ""))
    .map((log) => registry.parseLog(log))
    .filter((event) => event?.name === "Wired")
    .map((event) => String(event?.args["judge"]));
  const sorted = (list: readonly string[]): string =>
    list
      .map((address) => address.toLowerCase())
      .sort()
      .join(" ");
  const holds = sorted(found) === sorted(expected);
  return row({
    contract: "StakeRegistry",
    what: "judges, for ever",
    expected: Object.keys(JUDGES).join(", "),
    found: holds ? "these and no others" : found.join(" ") || "none found in Ignition's journal",
    holds,
  });
}

const isSame = (found: string, expected: string): boolean =>
  isAddress(found) && isAddress(expected) ? getAddress(found) === getAddress(expected) : found === expected;
