// register.d.ts
import type { sessionSchema } from './session.js';

declare module 'typed-session' {
  interface Register {
    schema: typeof sessionSchema;
  }
}
