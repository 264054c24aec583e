// A Hardhat chain over HTTP, for startChain(): tells its port to the parent, ends with it. In a process of its own, since
// Hardhat's plugins change the assertion library that the test runner uses too.
//
// usage: node chain-server.ts CHAIN_ID [DATE OF THE FIRST BLOCK], forked
import { network } from "hardhat";

const [chainId, initialDate] = [Number(process.argv[2]), process.argv[3]];
const server = await network.createServer(
  { network: "default", chainType: "l1", override: { chainId, ...(initialDate !== undefined && { initialDate }) } },
  "127.0.0.1",
  0,
);
const { port } = await server.listen();
process.send?.({ port });
process.on("disconnect", () => process.exit());
