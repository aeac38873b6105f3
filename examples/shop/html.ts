/** HTML that may go into a page as it is. Only `html` makes it. */
class Html {
  constructor(readonly text: string) {}
}

export type { Html };

/** What a page may be put together from; strings are escaped, `undefined` and `false` leave nothing. */
export type HtmlPart = Html | string | number | false | undefined | readonly HtmlPart[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A template in which everything is escaped that is not a template of this kind itself. */
export function html(template: TemplateStringsArray, ...parts: readonly HtmlPart[]): Html {
  return new Html(String.raw({ raw: template }, ...parts.map(toText)));
}

function toText(part: HtmlPart): string {
  if (part === undefined || part === false) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'object') return part.map(toText).join('');
  return String(part).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
