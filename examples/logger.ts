// A logger that keeps its lines in order without waiting for them: npx tsx examples/logger.ts FILE
// Shows that calls on one handle run one after another, and that the handle's buffer collects lines until it is flushed.
import { open } from 'uvfiles';

const file = await open(process.argv[2] ?? 'example.log', 'ab');

function log(message: string): Promise<number> {
  return file.write(Buffer.from(`${new Date().toISOString()} ${message}\n`));
}

for (let request = 1; request <= 1000; request++) log(`request ${request}`).catch(reportLoss);
await file.sync(); // everything before it is on the disk now
console.log(`${await file.tell()} bytes are safe`);
await file.close();

function reportLoss(error: unknown): void {
  console.error(`a line was not written: ${error instanceof Error ? error.message : String(error)}`);
}
