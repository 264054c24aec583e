// Deploys a fresh network through Ignition and prints its addresses as one JSON line.
//
// usage: node devnet/src/deploy.ts RPC_URL DIRECTORY
//
// Ignition keeps its journal in DIRECTORY: the repository's own would take contracts of an earlier chain for deployed.
import { writeSync } from "node:fs";
import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import { ROOT } from "../../checkout/paths.ts";
import config from "../../hardhat.config.ts";
import Lloom from "../../ignition/modules/Lloom.ts";

const [url = "", directory = ""] = process.argv.slice(2);
const settings = { ...config, paths: { ...config.paths, ignition: directory } };
const hre = await createHardhatRuntimeEnvironment(settings, {}, ROOT);
const connection = await hre.network.create({ network: "localhost", override: { url } });
const startBlock = (await connection.ethers.provider.getBlockNumber()) + 1;
const { accounting, stakeRegistry, equivocationDisputes, audits, testToken } = await connection.ignition.deploy(Lloom);
const addresses = {
  accounting: await accounting.getAddress(),
  stakeRegistry: await stakeRegistry.getAddress(),
  equivocationDisputes: await equivocationDisputes.getAddress(),
  audits: await audits.getAddress(),
  paymentToken: await testToken.getAddress(),
  startBlock,
};
writeSync(1, `${JSON.stringify(addresses)}\n`);
await connection.close();
