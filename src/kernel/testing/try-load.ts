/** Loads the object named on the command line and prints what came of it: for tests that take something away first. */
import { SealaneError } from '#kit/index.ts';
import { loadObject } from '../load-object.ts';

try {
  loadObject(process.argv[2] ?? '', { pinDir: process.argv[3] }).close();
  console.log(JSON.stringify({ code: 'loaded', message: '' }));
} catch (error) {
  if (!(error instanceof SealaneError)) throw error;
  console.log(JSON.stringify({ code: error.code, message: error.message }));
}
