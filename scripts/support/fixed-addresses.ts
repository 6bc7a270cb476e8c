// Sanitizers place their shadow memory where kernels with much address randomization may already have put a library;
// GCC's before 14 then end the program at once ("unexpected memory mapping"). So it is switched off where it can be.
import { run } from './run.mjs';

/** Words to put before a command: ['setarch', '-R'], or none where that is missing or forbidden. */
export async function fixedAddresses(): Promise<[] | [command: string, option: string]> {
  return (await run('setarch', ['-R', 'true'])).code === 0 ? ['setarch', '-R'] : [];
}
