import { encodeRlp, keccak256, toBeArray } from "ethers";
import { describe, expect, it } from "vitest";
import { seeded } from "../test/seeded.ts";
import { encodeHeader, type RpcBlock } from "./block-headers.ts";
import { bytesToHex } from "./hex.ts";

const random = seeded(1559);
const quantity = (value: bigint | number): string => `0x${value.toString(16)}`;
/** Extra data of so many bytes; in one byte, above 0x7f or below, RLP differs. */
const fieldsWith = (extraData: string) => ({
  parentHash: random.hash(),
  sha3Uncles: random.hash(),
  miner: random.address(),
  stateRoot: random.hash(),
  transactionsRoot: random.hash(),
  receiptsRoot: random.hash(),
  logsBloom: bytesToHex(random.bytes(256)),
  difficulty: 0n,
  number: random.uint(40),
  gasLimit: 60_000_000n,
  gasUsed: random.uint(24),
  timestamp: random.uint(40),
  extraData,
  mixHash: random.hash(),
  nonce: "0x0000000000000000",
  baseFeePerGas: random.uint(64),
  withdrawalsRoot: random.hash(),
  blobGasUsed: 0n,
  excessBlobGas: random.uint(30),
  parentBeaconBlockRoot: random.hash(),
  requestsHash: random.hash(),
  blockAccessListHash: random.hash(),
});

/** The block as a node answers it, and the header's RLP as ethers encodes it; with the first so many fields. */
function blockOf(extraData: string, count: number): { block: RpcBlock; header: string } {
  return blockWith(Object.entries(fieldsWith(extraData)).slice(0, count));
}

function blockWith(fields: readonly (readonly [string, string | bigint])[]): { block: RpcBlock; header: string } {
  const header = encodeRlp(fields.map(([, value]) => (typeof value === "bigint" ? toBeArray(value) : value)));
  const answered = fields.map(([name, value]) => [name, typeof value === "bigint" ? quantity(value) : value]);
  return { block: { ...Object.fromEntries(answered), hash: keccak256(header), transactions: [] }, header };
}

describe("encodeHeader", () => {
  it.each(["0x", "0x00", "0x7f", "0x80", `0x${"61".repeat(32)}`, `0x${"61".repeat(55)}`, `0x${"61".repeat(56)}`])(
    "encodes as ethers does, extra data %s",
    (extra) => {
      for (const count of [16, 17, 20, 21, 22]) {
        const { block, header } = blockOf(extra, count);
        expect(encodeHeader(block)).toBe(header);
      }
    },
  );

  it("keeps the zeros before bytes, and writes none before an integer", () => {
    const leading = Object.entries(fieldsWith("0x0061")).map(
      ([name, value]) =>
        [name, typeof value === "bigint" ? 0n : value.replace("0x", "0x00").slice(0, value.length)] as const,
    );
    const { block, header } = blockWith(leading);
    expect(encodeHeader(block)).toBe(header);
  });

  it("refuses a block whose hash is another: fields are missing or unknown", () => {
    const { block } = blockOf("0x", 21);
    expect(() => encodeHeader({ ...block, gasUsed: "0x1234567" })).toThrow("has hash");
    const { requestsHash: _, ...older } = block;
    expect(() => encodeHeader(older)).toThrow("has hash");
  });

  it("refuses a block without a field that every header has", () => {
    const { mixHash: _, ...block } = blockOf("0x", 21).block;
    expect(() => encodeHeader(block)).toThrow("The block has no mixHash.");
  });
});
