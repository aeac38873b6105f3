/** Markup that is already escaped. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What a template may contain. Text and numbers are escaped; `undefined` and `false` leave nothing. */
export type HtmlPart = Html | string | number | undefined | false | readonly HtmlPart[];

/** A template of HTML. Everything that is put into it is escaped, unless it is the result of a template. */
export function html(literals: TemplateStringsArray, ...parts: readonly HtmlPart[]): Html {
  return new Html(literals.map((literal, at) => literal + (at < parts.length ? textOf(parts[at]) : '')).join(''));
}

function textOf(part: HtmlPart): string {
  if (part === undefined || part === false) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'object') return part.map(textOf).join('');
  return escapeHtml(String(part));
}

/** Escapes text for the content of an element and for an attribute in quotation marks. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"'`]/g, (character) => `&#${String(character.charCodeAt(0))};`);
}
