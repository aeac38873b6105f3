/** Whether an `X-Forwarded-Proto` says that the client's connection is encrypted: by its first value, the outermost proxy's. */
export function saysHttps(forwardedProto: string | null | undefined): boolean {
  const [first = ''] = (forwardedProto ?? '').split(',', 1);
  return first.trim().toLowerCase() === 'https';
}
