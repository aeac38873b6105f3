const SESSION_ENDED = 4401; // as in sockets.ts
const $ = (selector) => document.querySelector(selector);

let socket;

async function post(path, body) {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body ?? {}),
  });
  if (response.ok) return response.status === 204 ? undefined : response.json();
  const { detail } = await response.json().catch(() => ({}));
  throw new Error(detail ?? `The server responded with ${response.status}.`);
}

function showLogin(status) {
  $('#login').hidden = false;
  $('#chat').hidden = $('#user').hidden = true;
  $('#status').textContent = status;
  $('#messages').replaceChildren();
  $('#login-name').focus();
}

function showChat(name) {
  $('#login').hidden = true;
  $('#chat').hidden = $('#user').hidden = false;
  $('#name').textContent = name;
  $('#text').focus();
  connect(name);
}

function connect(name) {
  // The browser sends the session's cookie with the upgrade request.
  socket = new WebSocket(new URL('/', location.href.replace(/^http/, 'ws')));
  socket.onopen = () => ($('#status').textContent = '');
  socket.onmessage = ({ data }) => showMessage(JSON.parse(data), name);
  socket.onclose = async ({ code }) => {
    if (code === SESSION_ENDED) {
      showLogin('You are logged out.');
      return;
    }
    $('#status').textContent = 'The connection was lost. Trying again …';
    setTimeout(resume, 2000, name);
  };
}

/** A browser does not say why an upgrade was refused, so the page asks whether it is still logged in. */
async function resume(name) {
  try {
    const session = await (await fetch('/session')).json();
    if (session.name === name) connect(name);
    else if (session.name === null) showLogin('You are logged out.');
    else location.reload(); // somebody else has logged in, in another tab
  } catch {
    setTimeout(resume, 2000, name); // the server is not back yet
  }
}

function showMessage({ from, text }, name) {
  const item = document.createElement('li');
  const author = document.createElement('b');
  author.textContent = from;
  const words = document.createElement('span');
  words.textContent = text; // text, not HTML: a message cannot contain a script
  item.append(author, words);
  item.classList.toggle('own', from === name);
  $('#messages').append(item);
  item.scrollIntoView({ block: 'end' });
}

$('#login').addEventListener('submit', async (event) => {
  event.preventDefault();
  try {
    const { name } = await post('/login', Object.fromEntries(new FormData(event.target)));
    $('#status').textContent = '';
    showChat(name);
  } catch (error) {
    $('#status').textContent = error.message;
  }
});

$('#send').addEventListener('submit', (event) => {
  event.preventDefault();
  if (socket.readyState !== WebSocket.OPEN) return; // the text stays in the field
  socket.send(JSON.stringify(Object.fromEntries(new FormData(event.target))));
  event.target.reset();
});

// The server closes the sockets of the session, in every tab. See onclose.
$('#logout').addEventListener('click', () =>
  post('/logout').catch((error) => ($('#status').textContent = error.message)),
);

const { name } = await (await fetch('/session')).json();
if (name === null) showLogin('');
else showChat(name);
