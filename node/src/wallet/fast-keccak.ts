import { type Keccak, useKeccak } from "@lloom/protocol/keccak";
import { keccak256 } from "ethers";
import { createKeccak } from "hash-wasm";

/**
 * Has this process hash with WebAssembly from now on, the protocol and ethers: several times as fast as their JavaScript, which
 * stays where there is no WebAssembly.
 */
export async function useFastKeccak(): Promise<void> {
  try {
    const hasher = await createKeccak(256);
    const keccak: Keccak = (bytes) => hasher.init().update(bytes).digest("binary");
    useKeccak(keccak);
    keccak256.register(keccak);
  } catch {
    // The slower ones give the same hashes.
  }
}
