/** The longest cookie that browsers keep (RFC 6265, section 6.1). The library never sets a longer one. */
const MAX_VALUE_LENGTH = 4096;

/**
 * The values of all cookies with this name in a Cookie header, in order. A browser may send several that were set for
 * different paths or domains. The parser of the package `cookie` keeps only the first, which may not be ours.
 */
export function cookieValues(header: string, name: string): string[] {
  const values: string[] = [];
  for (let at = header.indexOf(name); at !== -1; at = header.indexOf(name, at + 1)) {
    if (!startsCookie(header, at)) continue;
    let start = at + name.length;
    while (isSpace(header, start)) start++;
    if (header[start] !== '=') continue;
    const semicolon = header.indexOf(';', start);
    const value = unquote(header.slice(start + 1, semicolon === -1 ? undefined : semicolon).trim());
    if (value.length > 0 && value.length <= MAX_VALUE_LENGTH) values.push(percentDecode(value));
  }
  return values;
}

/** Whether a cookie's name may begin here: at the start of the header or after a semicolon. */
function startsCookie(header: string, at: number): boolean {
  let before = at - 1;
  while (isSpace(header, before)) before--;
  return before < 0 || header[before] === ';';
}

function isSpace(header: string, at: number): boolean {
  return header[at] === ' ' || header[at] === '\t';
}

function unquote(value: string): string {
  return value.length > 1 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
}

function percentDecode(value: string): string {
  if (!value.includes('%')) return value;
  try {
    return decodeURIComponent(value);
  } catch {
    return value; // broken percent encoding, so its signature will not be valid
  }
}
