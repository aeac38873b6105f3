// Writes what TypeScript finds in place of the types where it is older than 5.5: a file that cannot be parsed, so that its
// one error is all that the compiler says, whatever `skipLibCheck` is. The file's name and its line say what to do.
import { writeFileSync } from 'node:fs';

const advice = 'typed-session needs TypeScript 5.5 or newer';
writeFileSync(`dist/${advice.replaceAll(' ', '-')}.d.ts`, `export type Needed = ; // ${advice}\n`);
