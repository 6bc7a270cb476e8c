// Adds up a column of a large CSV file in constant memory: npx tsx examples/csv-totals.ts FILE [KEY-COLUMN VALUE-COLUMN]
// Shows lines in batches, which need only one await per thousand lines.
import { open } from 'uvfiles';

const [file, key = 'city', value = 'amount'] = process.argv.slice(2);
if (file === undefined) throw new Error('Which file?');

/** Splits a line into fields. Fields in quotes can contain commas. A quote inside them is doubled. */
function fields(line: string): string[] {
  if (!line.includes('"')) return line.split(',');
  const found = line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g);
  const all = Array.from(found, ([, field]) => field!.replace(/^"|"$/g, '').replaceAll('""', '"'));
  return all.slice(0, -1); // the last match is the empty one at the end
}

await using csv = await open(file, 'r', { encoding: 'utf-8-sig' });
const header = fields((await csv.readline()).trimEnd());
const [keyAt, valueAt] = [header.indexOf(key), header.indexOf(value)];
if (keyAt < 0 || valueAt < 0) throw new Error(`${file} has no column ${keyAt < 0 ? key : value}`);

const totals = new Map<string, number>();
let count = 0;
for await (const batch of csv.lines({ batch: 1000 })) {
  for (const line of batch) {
    if (line === '') continue;
    const row = fields(line);
    const name = row[keyAt]!;
    totals.set(name, (totals.get(name) ?? 0) + Number(row[valueAt]));
    count++;
  }
}

for (const [name, total] of [...totals].sort(([, a], [, b]) => b - a)) {
  console.log(`${name} ${total.toFixed(2)}`);
}
console.log(`${count} rows, ${Math.round(process.memoryUsage().rss / 2 ** 20)} MiB of memory`);
