const names = require('./entries.json');

test.each(names)('%s can be required', (name) => {
  expect(Object.keys(require(name))).not.toEqual([]);
});

test('the drop-in is the function, which has its classes', () => {
  const session = require('typed-session/express-session');
  expect(typeof session).toBe('function');
  expect(session.default).toBe(session);
  expect(Object.keys(session).sort()).toEqual(['Cookie', 'MemoryStore', 'Session', 'Store']);
  for (const name of Object.keys(session)) expect(session[name].name).toBe(name);
  expect(typeof session.fromExpressSessionStore).toBe('function');
  expect(new session.MemoryStore()).toBeInstanceOf(session.Store);
});
