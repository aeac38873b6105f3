import { call, callOnce } from './api.js';
import { askForLogin, setUser } from './login.js';

const $ = (selector) => document.querySelector(selector);

/** Runs one action, and shows its error on the page. */
async function attempt(action) {
  $('#status').textContent = '';
  try {
    await action();
  } catch (error) {
    $('#status').textContent = error.message;
  }
}

async function showNotes() {
  const notes = await call('GET', '/notes');
  $('#notes').replaceChildren(...notes.map(noteItem));
  $('#empty').hidden = notes.length > 0;
}

function noteItem({ id, text }) {
  const item = document.createElement('li');
  const words = document.createElement('span');
  words.textContent = text; // text, not HTML: a note cannot contain a script
  const button = document.createElement('button');
  button.className = 'plain';
  button.textContent = 'Delete';
  button.setAttribute('aria-label', `Delete the note: ${text}`);
  button.onclick = () =>
    attempt(async () => {
      await call('DELETE', `/notes/${id}`);
      await showNotes();
    });
  item.append(words, button);
  return item;
}

$('#new-note').addEventListener('submit', (event) => {
  event.preventDefault();
  const form = event.currentTarget;
  return attempt(async () => {
    await call('POST', '/notes', Object.fromEntries(new FormData(form)));
    form.reset();
    await showNotes();
  });
});

$('#logout').addEventListener('click', () =>
  attempt(async () => {
    await callOnce('POST', '/logout');
    location.reload(); // a fresh page holds nothing of the user
  }),
);

await attempt(async () => {
  const { user: current } = await callOnce('GET', '/session');
  const user = current ?? (await askForLogin('The notes are only for their owner.'));
  setUser(user);
  $('#name').textContent = user.name;
  $('#user').hidden = false;
  await showNotes();
});
