import depd from 'depd';

/** Tells of what express-session has deprecated, under its name: `NO_DEPRECATION=express-session` is known to operators. */
export const deprecated = depd('express-session');
