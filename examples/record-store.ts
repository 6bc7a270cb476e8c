// Writes and reads fixed-size records of one file in any order: npx tsx examples/record-store.ts FILE
// Shows positional calls, which do not share a position and can therefore run in parallel.
import { open } from 'uvfiles';

interface Person {
  name: string;
  index: number;
}

const recordBytes = 32;
const file = await open(process.argv[2] ?? 'example.records', 'w+b');
try {
  await Promise.all(['ada', 'grace', 'edsger'].map((name, index) => store(index, { name, index })));
  const [last, first] = await Promise.all([load(2), load(0)]);
  console.log(first.name, last.name);
  await file.sync();
} finally {
  await file.close();
}

function store(index: number, person: Person): Promise<number> {
  const record = Buffer.alloc(recordBytes, ' ');
  record.write(JSON.stringify(person));
  return file.pwrite(record, index * recordBytes);
}

async function load(index: number): Promise<Person> {
  const record = await file.pread(recordBytes, index * recordBytes);
  return JSON.parse(record.toString()) as Person;
}
