/** Whether the first value of `X-Forwarded-Proto`, which the outermost proxy sets, means an encrypted connection. */
export function saysHttps(forwardedProto: string | null | undefined): boolean {
  const [first = ''] = (forwardedProto ?? '').split(',', 1);
  return first.trim().toLowerCase() === 'https';
}
