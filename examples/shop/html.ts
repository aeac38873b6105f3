/** HTML that needs no escaping. Only `html` creates it. */
class Html {
  constructor(readonly text: string) {}
}

export type { Html };

/** A value in a template. Strings are escaped; `undefined` and `false` become nothing. */
export type HtmlPart = Html | string | number | false | undefined | readonly HtmlPart[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A template that escapes every value, except for values that are `Html` themselves. */
export function html(template: TemplateStringsArray, ...parts: readonly HtmlPart[]): Html {
  return new Html(String.raw({ raw: template }, ...parts.map(toText)));
}

function toText(part: HtmlPart): string {
  if (part === undefined || part === false) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'object') return part.map(toText).join('');
  return String(part).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
