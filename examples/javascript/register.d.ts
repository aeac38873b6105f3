import type { sessionSchema } from './session.js';

// The one declaration that JSDoc cannot express. Editors and `npm run types` read it; Node does not.
declare module 'typed-session' {
  interface Register {
    schema: typeof sessionSchema;
  }
}
