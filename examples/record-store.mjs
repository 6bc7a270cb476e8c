// Fixed-size records in one file, written and read in any order and in parallel: positional calls share no cursor.
// node examples/record-store.mjs FILE
import { open } from 'uvfiles';

const recordBytes = 32;
const file = await open(process.argv[2], 'w+b');
try {
  await Promise.all(['ada', 'grace', 'edsger'].map((name, index) => store(index, { name, index })));
  const [last, first] = await Promise.all([load(2), load(0)]);
  console.log(first.name, last.name);
  await file.sync();
} finally {
  await file.close();
}

function store(index, value) {
  const record = Buffer.alloc(recordBytes, ' ');
  record.write(JSON.stringify(value));
  return file.pwrite(record, index * recordBytes);
}

async function load(index) {
  const record = await file.pread(recordBytes, index * recordBytes);
  return JSON.parse(record.toString());
}
