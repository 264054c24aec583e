// Writes the vectors in this directory. They change only when the protocol does:
//
//   node protocol/vectors/generate.ts
//
// The tests compare the files with what this makes, with ethers, and with the compiled contract.
import { writeFileSync } from "node:fs";
import { VECTOR_FILES, vectorText } from "./files.ts";

for (const file of Object.keys(VECTOR_FILES)) {
  writeFileSync(new URL(file, import.meta.url), vectorText(file));
  console.log(`protocol/vectors/${file}: written`);
}
