const { once } = require('node:events');

/**
 * Counts in a session of each middleware, twice, and asks for what a guard refuses.
 *
 * @returns what each counted to, such as `sessions=2 dropIn=2`, and the error of the guard
 */
exports.counted = async function counted(express, requireSession, middlewares) {
  const counts = [];
  let error;
  for (const [name, middleware] of Object.entries(middlewares)) {
    const app = express();
    app.use(middleware);
    app.get('/', (req, res) => {
      req.session.count = (req.session.count ?? 0) + 1;
      res.json(req.session.count);
    });
    if (name !== 'dropIn') app.get('/me', requireSession('userId'), (_req, res) => res.json('never'));
    app.use((thrown, _req, res, _next) => {
      error = thrown;
      res.sendStatus(500);
    });
    const server = app.listen(0);
    await once(server, 'listening');
    const url = `http://localhost:${server.address().port}`;
    const first = await fetch(url);
    const [cookie] = (first.headers.get('set-cookie') ?? '').split(';');
    const second = await fetch(url, { headers: { cookie } });
    counts.push(`${name}=${await second.text()}`);
    await fetch(`${url}/me`, { headers: { cookie } });
    server.closeAllConnections();
    server.close();
  }
  return { counts: counts.join(' '), error };
};
