const LINK = /\. See https:\/\/github\.com\/typed-session\/\S+\/docs\/reference\/errors\/[a-z-]+\.md$/;

/**
 * What the message of an error says before the address of its page, which every message ends with that clients never see.
 * `spec/docs/documents.spec.ts` tests the address.
 */
export function withoutLink(message: string): string {
  return message.replace(LINK, '');
}
