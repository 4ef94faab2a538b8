// Makes the WASM files that are named smaller in place, as `wasm-opt -Oz` does, but all in one process: the start of a
// process of wasm-opt takes longer than most of its work.
import { readFileSync, writeFileSync } from 'node:fs';
import binaryen from 'binaryen';

binaryen.setOptimizeLevel(2);
binaryen.setShrinkLevel(2);
binaryen.setGenerateStackIR(true);
binaryen.setOptimizeStackIR(true);

for (const file of process.argv.slice(2)) {
  const module = binaryen.readBinary(readFileSync(file));
  const { BulkMemory, NontrappingFPToInt } = binaryen.Features;
  module.setFeatures(module.getFeatures() | BulkMemory | NontrappingFPToInt);
  module.optimize();
  writeFileSync(file, module.emitBinary());
  module.dispose();
}
