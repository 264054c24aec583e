import { readFile } from "node:fs/promises";
import { ZeroAddress } from "ethers";
import { artifacts, config, network } from "hardhat";
import JSON5 from "json5";
import { afterEach, describe, expect, it } from "vitest";
import lloomModule from "../../../ignition/modules/Lloom.ts";
import lloomOnTokenModule from "../../../ignition/modules/LloomOnToken.ts";
import { PARAMETERS } from "../../../ignition/parameters.ts";

const EXECUTOR = 1n;
const VALIDATOR = 2n;
/** `Power` of the stake registry. */
const STAKE_AND_TAILS = 2n;
const failureOf = (deployed: Promise<unknown>): Promise<string> => deployed.then(() => "none", String);
const parametersOf = (name: string): string =>
  new URL(`../../../ignition/parameters/${name}.json5`, import.meta.url).pathname;

type Connection = Awaited<ReturnType<typeof network.create>>;

describe("deployment through Ignition", () => {
  const open: Connection[] = [];
  const connect = async (): Promise<Connection> => {
    const connection = await network.create();
    open.push(connection);
    return connection;
  };
  afterEach(async () => {
    for (const connection of open.splice(0)) await connection.close();
  });

  it("takes the build that tests and the network make, and compiles nothing of its own", () => {
    const { default: tested, production: deployed } = config.solidity.profiles;
    expect(deployed).toEqual(tested);
  });

  it("wires the contracts to each other, with the defaults of a development network", async () => {
    const { ignition } = await connect();
    const { accounting, stakeRegistry, equivocationDisputes, testToken } = await ignition.deploy(lloomModule);
    const token = await testToken.getAddress();
    const read = (contract: typeof accounting, method: string, ...args: unknown[]): Promise<unknown> =>
      contract.getFunction(method).staticCall(...args);
    expect(await read(accounting, "paymentToken")).toBe(token);
    expect(await read(accounting, "stakeRegistry")).toBe(await stakeRegistry.getAddress());
    expect(await read(accounting, "unlockDelay")).toBe(86_400n);
    expect(await read(stakeRegistry, "stakeToken")).toBe(token);
    expect(await read(stakeRegistry, "unbondingPeriod")).toBe(1_209_600n);
    expect(await read(stakeRegistry, "minimumStake", EXECUTOR)).toBe(100_000_000n);
    expect(await read(stakeRegistry, "minimumStake", VALIDATOR)).toBe(500_000_000n);
    expect(await read(testToken, "symbol")).toBe("tUSD");
    expect(await read(equivocationDisputes, "accounting")).toBe(await accounting.getAddress());
    expect(await read(equivocationDisputes, "stakeRegistry")).toBe(await stakeRegistry.getAddress());
    expect(await read(stakeRegistry, "wired")).toBe(true);
    expect(await read(stakeRegistry, "powerOf", await equivocationDisputes.getAddress())).toBe(STAKE_AND_TAILS);
    expect(await read(stakeRegistry, "treasury")).toBe(await read(stakeRegistry, "deployer"));
  });

  it.each(["local", "sepolia"])("takes the numbers of %s.json5", async (name) => {
    const { ignition } = await connect();
    const file = parametersOf(name);
    const stated: { Lloom: Record<string, string> } = JSON5.parse(await readFile(file, "utf8"));
    const { accounting, stakeRegistry } = await ignition.deploy(lloomModule, { parameters: file });
    const asStated = (key: string): bigint => BigInt(stated.Lloom[key]?.replace(/n$/, "") ?? "-1");
    expect(await accounting.getFunction("unlockDelay").staticCall()).toBe(asStated("unlockDelaySeconds"));
    expect(await stakeRegistry.getFunction("unbondingPeriod").staticCall()).toBe(asStated("unbondingPeriodSeconds"));
    expect(await stakeRegistry.getFunction("minimumStake").staticCall(EXECUTOR)).toBe(asStated("minimumExecutorStake"));
    expect(await stakeRegistry.getFunction("minimumStake").staticCall(VALIDATOR)).toBe(
      asStated("minimumValidatorStake"),
    );
  });

  it("takes a token that exists, and without an arbitrator asks none", async () => {
    const { ignition, provider } = await connect();
    const usdc = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48";
    const { deployedBytecode } = await artifacts.readArtifact("TestToken");
    await provider.request({ method: "hardhat_setCode", params: [usdc, deployedBytecode] });
    const { accounting, stakeRegistry, arbitrator, measuredDisputes } = await ignition.deploy(lloomOnTokenModule, {
      parameters: parametersOf("mainnet-example"),
    });
    expect(await arbitrator.getFunction("feeRecipient").staticCall()).toBe(ZeroAddress);
    expect(await measuredDisputes.getFunction("arbitrator").staticCall()).toBe(ZeroAddress);
    expect(await accounting.getFunction("paymentToken").staticCall()).toBe(usdc);
    expect(await stakeRegistry.getFunction("stakeToken").staticCall()).toBe(usdc);
    expect(await stakeRegistry.getFunction("treasury").staticCall()).toBe("0x000000000000000000000000000000000000dEaD");
  });

  it("refuses a token without code", async () => {
    const { ignition } = await connect();
    const parameters = parametersOf("mainnet-example");
    expect(await failureOf(ignition.deploy(lloomOnTokenModule, { parameters }))).toContain(
      'StakeNotContract("0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48")',
    );
  });

  const numbers = Object.entries(PARAMETERS).flatMap(([name, parameter]) =>
    parameter.kind === "number" ? [{ ...parameter, name }] : [],
  );

  it.each(numbers)("the contracts' bounds of $name are those that parameter files are checked for", async (number) => {
    const { name, least, most } = number;
    const { ignition } = await connect();
    const above = await failureOf(ignition.deploy(lloomModule, { parameters: { Lloom: { [name]: most + 1n } } }));
    const bounds = least === 0n ? `${most}` : `${least}, ${most}`;
    expect(above).toMatch(new RegExp(`(OutOfRange|TooLarge)\\(("0x\\w+", )?${bounds}, ${most + 1n}\\)`));
  });

  it.each(["least", "most"] as const)("takes the %s that each number may be", async (bound) => {
    const { ignition } = await connect();
    const values = Object.fromEntries(numbers.map((number) => [number.name, number[bound]]));
    // The smallest penalty, eighty fees of a juror, has to fit the executors' minimum.
    const parameters = { Lloom: bound === "least" ? { ...values, minimumExecutorStake: 80n } : values };
    expect(await failureOf(ignition.deploy(lloomModule, { parameters }))).toBe("none");
  });
});
