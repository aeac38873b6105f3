/** Express 4 beside Express 5 (an alias in package.json), told with the types of 5. */
declare module 'express4' {
  import express from 'express';
  export default express;
}
