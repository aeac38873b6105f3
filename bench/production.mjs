// @ts-check
// Imported first by every program of the bench: libraries read these variables when they load.
process.env['NODE_ENV'] = 'production';
process.env['NO_DEPRECATION'] = 'express-session';
