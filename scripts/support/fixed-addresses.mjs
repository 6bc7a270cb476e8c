// Sanitizers place their shadow memory where kernels with much address randomization may already have put a library;
// GCC's before 14 then end the program at once ("unexpected memory mapping"). So it is switched off where it can be.
import { run } from './run.mjs';

/** Words to put before a command: ['setarch', '-R'], or none where that is missing or forbidden. */
export async function fixedAddresses() {
  const prefix = ['setarch', '-R'];
  return (await run(prefix[0], [...prefix.slice(1), 'true'])).code === 0 ? prefix : [];
}
