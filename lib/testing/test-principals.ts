/** Principals that a careless store confuses with each other, or does not treat as text. */
export function principals(base: string): string[] {
  const endings = [
    ...['', ' ', 'a', 'A', '%', '_', '*', '?', ':', '{}', '[a]', '\\', '/', '\n', '$'],
    ...[
      `'"`,
      `'; --`,
      '\u0000',
      '\u0000a',
      '\u00e9',
      'e\u0301',
      '👩‍👧',
      '👩',
      '\ud800',
      '\udc00',
      '\ufffd',
      'x'.repeat(400),
    ],
  ];
  return ['', ...endings.map((ending) => `${base}${ending}`), `{${base}}`, `$${base}`, ` ${base}`];
}
