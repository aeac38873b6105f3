import { RuleTester, type Rule } from 'eslint';
import tseslint from 'typescript-eslint';
import { describe, it } from 'vitest';

RuleTester.describe = describe;
RuleTester.it = it;
RuleTester.itOnly = (title, run) => {
  it.only(title, run);
};

const tester = new RuleTester({ languageOptions: { parser: tseslint.parser } });

/** Programs by the sentence that says what the rule does with them. An invalid one comes with what is reported, in order. */
export interface Programs {
  readonly valid: Readonly<Record<string, Program>>;
  readonly invalid: Readonly<Record<string, readonly [program: Program, ...reports: string[]]>>;
}

type Program = string | { readonly code: string; readonly options: readonly unknown[] };

/** Runs a rule on programs. Of a report, a program lists a part of the message. */
export function runRule(name: string, rule: Rule.RuleModule, { valid, invalid }: Programs): void {
  tester.run(name, rule, {
    valid: Object.entries(valid).map(([title, program]) => ({ name: title, ...inputOf(program) })),
    invalid: Object.entries(invalid).map(([title, [program, ...reports]]) => ({
      name: title,
      ...inputOf(program),
      errors: reports.map((part) => ({ message: new RegExp(escaped(part)) })),
    })),
  });
}

function inputOf(program: Program): { code: string; options?: unknown[] } {
  return typeof program === 'string' ? { code: program } : { code: program.code, options: [...program.options] };
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
